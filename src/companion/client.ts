// The worker's address, not its code: what it holds is fetched when a model is asked for.
// oxlint-disable-next-line import/default -- Vite gives the address as the default export
import workerUrl from './onnx-worker.ts?worker&url'
import { isModelId } from '../contracts/hub-id'
import { scriptAddress } from '../engine/start/script-address'
import { fail } from '../errors'
import type { ChatModel, EncoderModel } from './models'
import type { FromCompanion, OnnxAnswer, OnnxFacts, OnnxModel, OnnxTask, ToCompanion } from './protocol'

type OnFile = (file: string, done: number, total: number) => void

/**
 * Loads an ONNX chat model into a worker of its own; `on` hears of each file's bytes. Throws `eval-onnx` where it
 * cannot be had, `hub-id` where no hub can have it; an answer that fails throws `eval-onnx`, too. Aborting ends the worker.
 */
export async function openOnnxChat(
  model: OnnxModel,
  on: OnFile,
  signal: AbortSignal,
): Promise<ChatModel & { close(): void }> {
  const { facts, ask, close } = await opened('chat', model, on, signal)
  return {
    facts,
    close,
    ask: (text, maxNewTokens) => ask<OnnxAnswer>((number) => ({ kind: 'ask', number, text, maxNewTokens })),
  }
}

/** Loads an ONNX encoder in the same way. */
export async function openOnnxEncoder(
  model: OnnxModel,
  on: OnFile,
  signal: AbortSignal,
): Promise<EncoderModel & { close(): void }> {
  const { facts, ask, close } = await opened('embed', model, on, signal)
  return { facts, close, embed: (texts) => ask<Float32Array[]>((number) => ({ kind: 'embed', number, texts })) }
}

async function opened(task: OnnxTask, model: OnnxModel, on: OnFile, signal: AbortSignal) {
  signal.throwIfAborted()
  if (model.kind === 'hub' && !isModelId(model.id)) throw fail('hub-id', { id: model.id })
  // A blob that imports the script inherits the page's policy, as the engine's does.
  const code = `import ${JSON.stringify(new URL(workerUrl, import.meta.url).href)}`
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  const worker = new Worker(scriptAddress(blob), { type: 'module', name: 'companion' })
  const send = (message: ToCompanion) => worker.postMessage(message)
  const waiting = new Map<number, { resolve(made: unknown): void; reject(reason: unknown): void }>()
  let settle: { resolve(facts: OnnxFacts): void; reject(reason: unknown): void }
  const loaded = new Promise<OnnxFacts>((resolve, reject) => (settle = { resolve, reject }))
  const [name, endpoint] = model.kind === 'hub' ? [model.id, model.endpoint] : [model.name, model.name]
  const failed = (reason: string) => fail('eval-onnx', { task, model: name, endpoint, reason })
  let ended: { reason: unknown } | null = null
  const endAll = (reason: unknown) => {
    ended ??= { reason }
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
    else if (data.kind === 'made') waiting.get(data.number)?.resolve(data.made)
    else if (data.number === null) endAll(failed(data.reason))
    else waiting.get(data.number)?.reject(failed(data.reason))
    if ('number' in data && data.number !== null) waiting.delete(data.number)
  })
  send({ kind: 'load', task, model })
  const facts = await loaded
  let asked = 0
  return {
    facts,
    close: () => endAll(failed('closed')),
    async ask<T>(message: (number: number) => ToCompanion): Promise<T> {
      // A worker that is gone answers nothing.
      if (ended) throw ended.reason
      const number = ++asked
      return new Promise<T>((resolve, reject) => {
        waiting.set(number, { resolve: resolve as (made: unknown) => void, reject })
        send(message(number))
      })
    },
  }
}
