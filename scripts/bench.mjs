// npm run bench -- NAME [arguments]: bundles bench/NAME.ts and runs it in Node.
import { build } from 'esbuild'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rawText } from './lib/raw-text.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [name, ...rest] = process.argv.slice(2)
const entry = join(root, 'bench', `${name}.ts`)
if (!name || !existsSync(entry)) {
  const names = readdirSync(join(root, 'bench'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
  console.error(`usage: npm run bench -- NAME [arguments], NAME one of: ${names.join(', ')}`)
  process.exit(2)
}
const outfile = join(root, 'node_modules/.cache/tunetab', `bench-${name}.mjs`)
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['webgpu', '@huggingface/*'],
  plugins: [rawText],
  logLevel: 'error',
})
process.argv = [process.argv[0], entry, ...rest]
await import(pathToFileURL(outfile).href)
