// The worker's address, not its code: this is the one place where the page touches the engine's file.
// oxlint-disable-next-line import/default -- Vite gives the address as the default export
import workerUrl from '../worker/worker.ts?worker&url'
import { scriptAddress } from './script-address'

/**
 * A blob that imports the worker's script: it inherits the page's policy, which a script from an address of its own
 * does only where the host sends headers with it. The page lets no text become a script's address but through this
 * policy (Trusted Types), where the browser knows them.
 */
export function startWorker(): Worker {
  const code = `import ${JSON.stringify(new URL(workerUrl, import.meta.url).href)}`
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  return new Worker(scriptAddress(blob), { type: 'module', name: 'engine' })
}
