// node tools/reference/probe.mjs answers --model DIR [--lora DIR] --prompts FILE.json --tokens N --out DIR [--gpu KIND]
// node tools/reference/probe.mjs hashes --model DIR [--plain] [--gpu KIND]
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { nodeBundle } from '../../scripts/lib/node-bundle.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(here))
const outfile = join(root, `node_modules/.cache/tunetab/probe.${process.pid}.mjs`)

mkdirSync(dirname(outfile), { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: [join(here, 'probe.ts')],
  outfile,
  ...nodeBundle,
  external: ['webgpu', '@huggingface/*'],
})
const { probe } = await import(pathToFileURL(outfile).href)
await probe(process.argv.slice(2))
process.stdout.write('', () => process.exit(0))
