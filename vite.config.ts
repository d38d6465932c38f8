import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { licenceTexts } from './scripts/lib/licences.mjs'
import { offlineWorker } from './scripts/lib/offline-worker.mjs'
import { headersFile, PAGE_POLICY } from './scripts/lib/page-policy.mjs'

/** What is bundled asks that its licence goes along. Vite's own list leaves out what only the worker uses. */
const licences: Plugin = {
  name: 'licences',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licenceTexts(import.meta.dirname) })
  },
}

/** What the built page may do: in the page itself for hosts that send no headers, as a file for those that do. */
const policy: Plugin = {
  name: 'policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: PAGE_POLICY }, injectTo: 'head-prepend' },
  ],
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() })
  },
}

/** The service worker, which must lie at the page's root and know every file of it, so it comes last. */
const offline: Plugin = {
  name: 'offline',
  apply: 'build',
  enforce: 'post',
  async generateBundle(_, bundle) {
    const source = await offlineWorker(import.meta.dirname, Object.values(bundle))
    this.emitFile({ type: 'asset', fileName: 'sw.js', source })
  },
}

// `base: './'` lets the built folder be hosted at any sub-path.
export default defineConfig({
  base: './',
  plugins: [react(), licences, policy, offline],
  worker: { format: 'es' },
  build: { target: 'esnext', chunkSizeWarningLimit: 900 },
})
