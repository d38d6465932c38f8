// node tools/reference/probe.mjs answers --model DIR [--lora DIR] --prompts FILE.json --tokens N --out DIR [--gpu KIND]
// node tools/reference/probe.mjs hashes --model DIR [--plain] [--gpu KIND]
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(here))
const outfile = join(root, `node_modules/.cache/tunetab/probe.${process.pid}.mjs`)

/** `import text from './kernel.wgsl?raw'`, as Vite understands it. */
const rawText = {
  name: 'raw-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, (found) => ({
      path: resolve(found.resolveDir, found.path.replace(/\?raw$/, '')),
      namespace: 'raw',
    }))
    onLoad({ filter: /.*/, namespace: 'raw' }, (found) => ({
      contents: readFileSync(found.path, 'utf8'),
      loader: 'text',
    }))
  },
}

mkdirSync(dirname(outfile), { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: [join(here, 'probe.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['webgpu', '@huggingface/*'],
  plugins: [rawText],
  logLevel: 'error',
})
const { probe } = await import(pathToFileURL(outfile).href)
await probe(process.argv.slice(2))
process.stdout.write('', () => process.exit(0))
