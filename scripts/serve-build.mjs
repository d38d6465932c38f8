// Build the studio into a folder of its own and serve it below a sub-path, as any web server might.
//   node scripts/serve-build.mjs [--port 4173] [--base /some/sub/path/] [--dir FOLDER]
// --dir serves a folder that is built already. Without --port, any free one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serveFolder } from './lib/static-server.mjs'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, base: { type: 'string', default: '/' }, dir: { type: 'string' } },
})
let folder = values.dir
if (!folder) {
  const { build } = await import('vite')
  const temporary = mkdtempSync(join(tmpdir(), 'tunetab-build-'))
  process.on('exit', () => rmSync(temporary, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
  await build({ logLevel: 'warn', build: { outDir: temporary, emptyOutDir: true } })
  folder = temporary
}
const { url } = await serveFolder({ folder, base: values.base, port: Number(values.port) })
console.log(`Serving ${folder} at ${url}`)
