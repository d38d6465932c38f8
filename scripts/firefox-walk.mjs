// The studio in Firefox, as a person would walk through it: another engine, another WebGPU (wgpu on lavapipe).
//   node scripts/firefox-walk.mjs [--dir FOLDER]     FOLDER is built already
// Ends with `N passed, N failed`. Firefox comes with `node scripts/ensure.mjs --firefox`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build as bundle } from 'esbuild'
import { build } from 'vite'
import { serveFolder } from './lib/static-server.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({ options: { dir: { type: 'string' } } })
// Inside node_modules, so that the bundled walk finds its packages.
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
const scratch = mkdtempSync(join(root, 'node_modules/.cache/firefox-walk-'))
const site = values.dir ?? mkdtempSync(join(tmpdir(), 'tunetab-build-'))
let passed = 0
let failed = 0
let server
try {
  if (!values.dir) await build({ root, logLevel: 'warn', build: { outDir: site, emptyOutDir: true } })
  const outfile = join(scratch, 'walk.mjs')
  const entry = join(root, 'tests/e2e/firefox-walk.ts')
  await bundle({
    entryPoints: [entry],
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  })
  const { walk } = await import(pathToFileURL(outfile).href)
  server = await serveFolder({ folder: site, base: '/some/sub/path/' })
  await walk(server.url, (step) => {
    passed++
    console.log(`passed   ${step}`)
  })
} catch (error) {
  failed++
  console.error(error)
} finally {
  await server?.close()
  rmSync(scratch, { recursive: true, force: true })
  if (!values.dir) rmSync(site, { recursive: true, force: true })
}
process.exitCode = failed > 0 ? 1 : 0
console.log(`${passed} passed, ${failed} failed`)
