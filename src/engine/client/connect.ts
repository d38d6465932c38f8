import type { TuneError } from '../../errors/index'
import { createHandleOwner } from '../protocol/handles'
import type { EngineMethod, EngineState, FromEngine, Port, ToEngine } from '../protocol/messages'
import { reviveError } from '../../errors/serialize'
import type { Engine } from '../api/types'

interface Waiting {
  resolve: (value: any) => void
  reject: (error: Error) => void
  owned: number[]
}

/**
 * Page side of the protocol: an Engine whose every call goes through `port`. `failed` rejects all that is under way.
 */
export function connectEngine(port: Port<ToEngine, FromEngine>): {
  engine: Engine
  failed: (error: TuneError) => void
} {
  const handles = createHandleOwner(port)
  const calls = new Map<number, Waiting>()
  const streams = new Map<number, Waiting>()
  let state: EngineState = { model: null, adapter: null }
  let next = 1
  let dead: TuneError | null = null

  function call<T>(method: EngineMethod, ...args: unknown[]): Promise<T> {
    if (dead !== null) return Promise.reject(dead)
    const number = next++
    const owned: number[] = []
    const message: ToEngine = { kind: 'call', call: number, method, args: args.map((arg) => handles.lend(arg, owned)) }
    return new Promise<T>((resolve, reject) => {
      calls.set(number, { resolve, reject, owned })
      port.postMessage(message)
    })
  }

  /** A wish whose failure the call that it is about tells, too. */
  const tell = (method: 'pause' | 'resume' | 'stop' | 'steer', ...args: unknown[]) =>
    void call(method, ...args).catch(() => {})

  function finish(map: Map<number, Waiting>, number: number): Waiting | undefined {
    const waiting = map.get(number)
    map.delete(number)
    if (waiting) handles.release(waiting.owned)
    return waiting
  }

  port.addEventListener('message', ({ data }) => {
    switch (data.kind) {
      case 'result':
        state = data.state
        finish(calls, data.call)?.resolve(data.value)
        break
      case 'error':
        state = data.state
        finish(calls, data.call)?.reject(reviveError(data.error))
        break
      case 'callback':
        handles.callback(data.handle, data.args)
        break
      case 'request':
        void handles.answer(data)
        break
      case 'release':
        handles.release([data.handle])
        break
      case 'item':
        if (data.error) finish(streams, data.stream)?.reject(reviveError(data.error))
        else finish(streams, data.stream)?.resolve({ value: data.value, done: data.done })
        break
    }
  })

  function rows(): AsyncIterable<never> {
    const stream = next++
    const step = (op: 'next' | 'return') =>
      new Promise<IteratorResult<never>>((resolve, reject) => {
        if (dead !== null) return reject(dead)
        streams.set(stream, { resolve, reject, owned: [] })
        port.postMessage({ kind: 'stream', stream, op })
      })
    return {
      [Symbol.asyncIterator]: () => {
        port.postMessage({ kind: 'stream', stream, op: 'open' })
        return { next: () => step('next'), return: () => step('return') }
      },
    }
  }

  const engine: Engine = {
    gpu: () => call('gpu'),
    tune: () => call('tune'),
    loadModel: (source, on, signal, quantization) => call('loadModel', source, on, signal, quantization),
    setGpuMemory: (memory) => call('setGpuMemory', memory),
    fitModels: (models, run, tokens) => call('fitModels', models, run, tokens),
    model: () => state.model,
    unloadModel: () => call('unloadModel'),
    loadData: (source, options, on, signal) => call('loadData', source, options, on, signal),
    remapData: (options, on) => call('remapData', options, on),
    loadEvalData: (source, options, on, signal) => call('loadEvalData', source, options, on, signal),
    previewRows: (from, count) => call('previewRows', from, count),
    tokenRows: rows,
    planRun: (run, answers) => call('planRun', run, answers),
    measureRate: (run, signal) => call('measureRate', run, signal),
    train: (run, options, on) => call('train', run, options, on),
    findRate: (run, options, on, signal) => call('findRate', run, options, on, signal),
    pause: () => tell('pause'),
    resume: () => tell('resume'),
    steer: (change) => tell('steer', change),
    stop: () => tell('stop'),
    loadAdapter: (folder) => call('loadAdapter', folder),
    mixAdapters: (parts) => call('mixAdapters', parts),
    adapter: () => state.adapter,
    removeAdapter: () => call('removeAdapter'),
    evaluate: (options, on, signal) => call('evaluate', options, on, signal),
    evaluateOn: (source, data, options, on, signal) => call('evaluateOn', source, data, options, on, signal),
    rowTokens: (row, signal) => call('rowTokens', row, signal),
    rowsOf: (source, data) => call('rowsOf', source, data),
    promptTokens: (prompts) => call('promptTokens', prompts),
    questionsOf: (source, options) => call('questionsOf', source, options),
    setAdapterStrength: (strength) => call('setAdapterStrength', strength),
    generate: (request, onText, signal) => call('generate', request, onText, signal),
    generateMany: (requests, onAnswer, signal) => call('generateMany', requests, onAnswer, signal),
    export: (kind, out, options, on, signal) => call('export', kind, out, options, on, signal),
    handover: (checkpoint, baseId, out, words) => call('handover', checkpoint, baseId, out, words),
    adapterReadme: (folder, options) => call('adapterReadme', folder, options),
    dispose: () => call('dispose'),
  }

  function failed(error: TuneError): void {
    dead = error
    for (const map of [calls, streams]) {
      for (const number of [...map.keys()]) finish(map, number)?.reject(error)
    }
  }
  return { engine, failed }
}
