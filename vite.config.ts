import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { licenceTexts } from './scripts/lib/licences.mjs'

/** What is bundled asks that its licence goes along. Vite's own list leaves out what only the worker uses. */
const licences: Plugin = {
  name: 'licences',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licenceTexts(import.meta.dirname) })
  },
}

// `base: './'` lets the built folder be hosted at any sub-path.
export default defineConfig({
  base: './',
  plugins: [react(), licences],
  worker: { format: 'es' },
  build: { target: 'esnext', chunkSizeWarningLimit: 900 },
})
