// The command line: bundles src/headless/cli.ts when a source file changed, then runs it. Plain Node until the packages
// are there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { nodeBundle } from './lib/node-bundle.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cache = join(root, 'node_modules/.cache/tunetab')
const bundle = join(cache, 'tune.mjs')
const stamp = join(cache, 'tune.inputs.json')

/** What a bundle depends on: a file counts as unchanged while size and time of change stay the same. */
const state = (paths) =>
  paths.map((path) => {
    const info = statSync(join(root, path), { throwIfNoEntry: false })
    return [path, info?.size ?? -1, info?.mtimeMs ?? -1]
  })

function isFresh() {
  if (!existsSync(bundle) || !existsSync(stamp)) return false
  const then = JSON.parse(readFileSync(stamp, 'utf8'))
  return JSON.stringify(state(then.map(([path]) => path))) === JSON.stringify(then)
}

async function makeBundle() {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/headless/cli.ts'],
    // Written beside its final name and moved, so that two commands starting at once never read half a bundle.
    outfile: `${bundle}.${process.pid}`,
    ...nodeBundle,
    external: ['webgpu', '@huggingface/*', 'onnxruntime-web'],
    sourcemap: 'inline',
    metafile: true,
  })
  const inputs = Object.keys(metafile.inputs).map((name) => {
    const path = name.replace(/^raw-text:/, '').replace(/\?.*$/, '')
    return relative(root, resolve(root, path))
  })
  mkdirSync(cache, { recursive: true })
  renameSync(`${bundle}.${process.pid}`, bundle)
  writeFileSync(
    stamp,
    JSON.stringify(
      state([...new Set([...inputs, 'scripts/tune.mjs', 'scripts/lib/node-bundle.mjs', 'package-lock.json'])]),
    ),
  )
}

if (!existsSync(join(root, 'node_modules/esbuild'))) {
  // Standard output belongs to the command's one JSON line.
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/ensure.mjs')], { stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    console.error(
      'The npm packages are missing and could not be installed. Run "npm ci" in the repository and try again.',
    )
    process.exit(1)
  }
}
if (!isFresh()) await makeBundle()
process.setSourceMapsEnabled?.(true)
const { main } = await import(pathToFileURL(bundle).href)
await main(process.argv.slice(2), root)
