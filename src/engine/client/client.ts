import type { FromEngine, Port, ToEngine } from '../protocol/messages'
import type { Engine } from '../api/types'
import { startWorker } from '../start/start-worker'
import { replaceableEngine, type StartedWorker } from './replaceable'

/**
 * The page's engine: starts the worker that owns the GPU, speaks to it, and replaces it where it has ended. Below
 * `base` lie the files of public/.
 */
export function createEngineClient(base = new URL('.', document.baseURI).href): Engine {
  return replaceableEngine(() => start(base))
}

function start(base: string): StartedWorker {
  const worker = startWorker()
  // The worker's own address says nothing of the page's once it is bundled.
  worker.postMessage({ kind: 'start', base })
  return {
    port: worker as unknown as Port<ToEngine, FromEngine>,
    onEnd(listener) {
      worker.addEventListener('error', (event) => listener(event.message || 'error'))
      worker.addEventListener('messageerror', () => listener('messageerror'))
    },
    terminate: () => worker.terminate(),
  }
}
