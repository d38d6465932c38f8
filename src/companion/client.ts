// The worker's address, not its code: what it holds is fetched when a model is asked for.
// oxlint-disable-next-line import/default -- Vite gives the address as the default export
import workerUrl from './onnx-worker.ts?worker&url'
import { scriptAddress } from '../engine/start/script-address'
import { fail } from '../errors'
import type { FromCompanion, OnnxAnswer, OnnxFacts, OnnxModel, ToCompanion } from './protocol'

/** A chat model of a hub, in a worker of its own. */
export interface OnnxChat {
  facts: OnnxFacts
  ask(text: string, maxNewTokens: number): Promise<OnnxAnswer>
  close(): void
}

/**
 * Loads an ONNX chat model; `on` hears of each file's bytes. Throws `eval-onnx` where it cannot be had; so does an
 * answer that fails. Aborting ends the worker.
 */
export async function openOnnxChat(
  model: OnnxModel,
  on: (file: string, done: number, total: number) => void,
  signal: AbortSignal,
): Promise<OnnxChat> {
  signal.throwIfAborted()
  // A blob that imports the script inherits the page's policy, as the engine's does.
  const code = `import ${JSON.stringify(new URL(workerUrl, import.meta.url).href)}`
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  const worker = new Worker(scriptAddress(blob), { type: 'module', name: 'companion' })
  const send = (message: ToCompanion) => worker.postMessage(message)
  const waiting = new Map<number, { resolve(answer: OnnxAnswer): void; reject(reason: unknown): void }>()
  let settle: { resolve(facts: OnnxFacts): void; reject(reason: unknown): void }
  const loaded = new Promise<OnnxFacts>((resolve, reject) => (settle = { resolve, reject }))
  const failed = (reason: string) => fail('eval-onnx', { model: model.id, endpoint: model.endpoint, reason })
  const endAll = (reason: unknown) => {
    worker.terminate()
    settle.reject(reason)
    for (const one of waiting.values()) one.reject(reason)
    waiting.clear()
  }
  worker.addEventListener('error', ({ message }) => endAll(failed(message || 'worker')))
  signal.addEventListener('abort', () => endAll(signal.reason))
  worker.addEventListener('message', ({ data }: MessageEvent<FromCompanion>) => {
    if (data.kind === 'progress') on(data.file, data.done, data.total)
    else if (data.kind === 'loaded') settle.resolve(data.facts)
    else if (data.kind === 'answer') waiting.get(data.number)?.resolve(data.answer)
    else if (data.number === null) endAll(failed(data.reason))
    else waiting.get(data.number)?.reject(failed(data.reason))
    if ('number' in data && data.number !== null) waiting.delete(data.number)
  })
  send({ kind: 'load', model })
  const facts = await loaded
  let asked = 0
  return {
    facts,
    ask(text, maxNewTokens) {
      const number = ++asked
      return new Promise((resolve, reject) => {
        waiting.set(number, { resolve, reject })
        send({ kind: 'ask', number, text, maxNewTokens })
      })
    },
    close: () => endAll(failed('closed')),
  }
}
