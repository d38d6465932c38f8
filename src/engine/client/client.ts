import workerUrl from '../worker/worker.ts?worker&url'
import { connectEngine } from './connect'
import type { FromEngine, Port, ToEngine } from '../protocol/messages'
import type { Engine } from '../api/types'
import { scriptAddress } from './script-address'

/**
 * A blob that imports the worker's script: it inherits the page's policy, which a script from an address of its own
 * does only where the host sends headers with it. The page lets no text become a script's address but through this
 * policy (Trusted Types), where the browser knows them.
 */
function startWorker(): Worker {
  const code = `import ${JSON.stringify(new URL(workerUrl, import.meta.url).href)}`
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  return new Worker(scriptAddress(blob), { type: 'module', name: 'engine' })
}

/** The page's engine: starts the worker that owns the GPU and speaks to it. */
export function createEngineClient(): Engine {
  const worker = startWorker()
  // The worker's own address says nothing of the page's once it is bundled.
  worker.postMessage({ kind: 'start', base: new URL('.', document.baseURI).href })
  const { engine, failed } = connectEngine(worker as unknown as Port<ToEngine, FromEngine>)
  worker.addEventListener('error', (event) => failed(event.message || 'error'))
  worker.addEventListener('messageerror', () => failed('messageerror'))
  return {
    ...engine,
    async dispose() {
      await engine.dispose()
      worker.terminate()
    },
  }
}
