// The engine as a package for other apps: lib/browser.js with its worker, lib/node.js, and their types.
//   node scripts/build-lib.mjs [--out lib] [--no-types]
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build as bundle } from 'esbuild'
import { build } from 'vite'
import { nodeBundle } from './lib/node-bundle.mjs'

const { values } = parseArgs({ options: { out: { type: 'string', default: 'lib' }, 'no-types': { type: 'boolean' } } })
const root = resolve(import.meta.dirname, '..')
const out = resolve(values.out)

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  base: './',
  publicDir: false,
  worker: { format: 'es' },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'esnext',
    lib: { entry: { browser: 'src/embed/browser.ts' }, formats: ['es'] },
  },
})
await bundle({
  absWorkingDir: root,
  entryPoints: ['src/headless/embed.ts'],
  outfile: join(out, 'node.js'),
  ...nodeBundle,
  external: ['webgpu'],
})
if (!values['no-types']) {
  const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.lib.json')]
  const { status } = spawnSync(process.execPath, [...tsc, '--outDir', join(out, 'types')], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
