// Serve the studio for work on it, and open its address where there is a screen to open it on.
import { createServer } from 'vite'

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

const port = option('--port')
const host = option('--host')
const server = await createServer({
  server: { ...(port ? { port: Number(port), strictPort: true } : {}), ...(host ? { host } : {}) },
})
await server.listen()
console.log('TuneTab is ready:')
server.printUrls()
if (hasScreen()) server.openBrowser()
else console.log('  No screen to open it on: open the address above in a browser with WebGPU.')
server.bindCLIShortcuts({ print: true })
