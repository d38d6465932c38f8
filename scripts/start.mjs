// Serve the built studio and open its address where there is a screen to open it on. What is served is a folder of
// files that nothing changes while a person trains; for work on the sources there is `npm run dev`.
//   node scripts/start.mjs [--port N] [--host H] [--no-open]
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtPage } from './lib/built-page.mjs'
import { PAGE_HEADERS } from './lib/page-policy.mjs'
import { serveFolder } from './lib/static-server.mjs'

const USUAL_PORT = 5173
/** So many further ports are tried where the usual one is taken. */
const MORE_PORTS = 20

const args = process.argv.slice(2)
const option = (name) => {
  const at = args.indexOf(name)
  return at < 0 ? undefined : args[at + 1]
}

/** A headless server has nothing to open a page with; trying leaves a stray error or, as root, a stuck browser. */
function hasScreen() {
  if (process.env.CI || process.env.BROWSER === 'none' || args.includes('--no-open')) return false
  if (process.env.SSH_CONNECTION && !process.env.DISPLAY) return false
  if (process.platform === 'linux') return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
  return true
}

function openBrowser(url) {
  const commands = { darwin: ['open', url], win32: ['cmd', '/c', 'start', '', url] }
  const [command, ...rest] = commands[process.platform] ?? ['xdg-open', url]
  const opener = spawn(command, rest, { stdio: 'ignore', detached: true })
  opener.on('error', () => console.log('  Nothing here opens a browser: open the address by hand.'))
  opener.unref()
}

/** On the port that was asked for, or on the usual one or the next that is free. */
async function serve(folder) {
  const host = option('--host') ?? '127.0.0.1'
  const asked = option('--port')
  if (asked) return serveFolder({ folder, host, port: Number(asked), headers: PAGE_HEADERS })
  for (let port = USUAL_PORT; ; port++) {
    try {
      return await serveFolder({ folder, host, port, headers: PAGE_HEADERS })
    } catch (error) {
      if (error.code !== 'EADDRINUSE' || port >= USUAL_PORT + MORE_PORTS) throw error
    }
  }
}

try {
  const folder = await builtPage(dirname(dirname(fileURLToPath(import.meta.url))), console.log)
  const served = await serve(folder)
  // WebGPU is offered at localhost and at https addresses alone.
  const url = served.url.replace('//127.0.0.1:', '//localhost:')
  console.log(`TuneTab is ready:\n\n  ${url}\n`)
  if (hasScreen()) openBrowser(url)
  else console.log('  No screen to open it on: open the address above in a browser with WebGPU.')
  console.log('  Ctrl-C ends it.')
} catch (error) {
  console.error(
    error.code === 'EADDRINUSE'
      ? `Port ${option('--port') ?? USUAL_PORT} is taken, so nothing is served. End what uses it, or give another with --port.`
      : error,
  )
  process.exitCode = 1
}
