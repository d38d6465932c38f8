import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

/** For hosts and lawyers, not for the page. */
const LEFT_OUT = new Set(['_headers', 'licences.txt', 'sw.js'])
/** Fetched when it is first used, and kept from then on: runtimes of 10 and 27 MB that most visits never need. */
const isLater = (path) => path.endsWith('.wasm') || /^assets\/(ort|onnx)-/.test(path)

function filesBelow(folder, prefix = '') {
  return readdirSync(join(folder, prefix)).flatMap((name) => {
    const path = `${prefix}${name}`
    return statSync(join(folder, path)).isDirectory() ? filesBelow(folder, `${path}/`) : [path]
  })
}

/**
 * The service worker's script, told which files the page has: those of the bundle and those of public/. Their hash is
 * its version, so that any change of any file makes another worker.
 * @param {string} root
 * @param {{ fileName: string, code?: string, source?: string | Uint8Array }[]} bundle
 */
export async function offlineWorker(root, bundle) {
  const hash = createHash('sha256')
  const publicFolder = join(root, 'public')
  const own = bundle.map((file) => [file.fileName, file.code ?? file.source ?? ''])
  const given = filesBelow(publicFolder).map((path) => [path, readFileSync(join(publicFolder, path))])
  const all = [...own, ...given].filter(([path]) => !LEFT_OUT.has(path)).sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [path, bytes] of all) hash.update(path).update('\0').update(bytes).update('\0')
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/offline/service-worker.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    define: {
      FILES: JSON.stringify(all.map(([path]) => path).filter((path) => !isLater(path))),
      VERSION: JSON.stringify(hash.digest('hex').slice(0, 16)),
    },
  })
  return outputFiles[0].text
}
