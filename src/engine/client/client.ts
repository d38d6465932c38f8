import { connectEngine } from './connect'
import type { FromEngine, Port, ToEngine } from '../protocol/messages'
import type { Engine } from '../api/types'
import { startWorker } from '../start/start-worker'

/** The page's engine: starts the worker that owns the GPU and speaks to it. Below `base` lie the files of public/. */
export function createEngineClient(base = new URL('.', document.baseURI).href): Engine {
  const worker = startWorker()
  // The worker's own address says nothing of the page's once it is bundled.
  worker.postMessage({ kind: 'start', base })
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
