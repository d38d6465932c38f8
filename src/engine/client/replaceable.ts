import { fail, type SerializedError, type TuneError } from '../../errors/index'
import type { Engine } from '../api/types'
import type { FromEngine, Port, ToEngine } from '../protocol/messages'
import { connectEngine } from './connect'
import { watchBeats } from './heartbeat'

/** A worker that has been started, with the ways in which it may end. */
export interface StartedWorker {
  port: Port<ToEngine, FromEngine>
  /** Hears when the worker has ended by itself, and why. */
  onEnd(listener: (reason: string) => void): void
  terminate(): void
}

interface Connection {
  engine: Engine
  end(error: TuneError): void
}

/**
 * An engine whose worker is started when it is first needed and again after it vanished or stood still: what was under
 * way is rejected by name, the listeners of `onLost` hear of it, and the next call finds a new worker, in which nothing
 * is loaded yet.
 */
export function replaceableEngine(start: () => StartedWorker, beats?: { beatMs: number; missed: number }): Engine {
  const listeners = new Set<(error: SerializedError) => void>()
  let current: Connection | null = null
  /** What was said of the device holds for the next worker, too. */
  let memory: Parameters<Engine['setGpuMemory']>[0] | undefined

  function connect(): Connection {
    const worker = start()
    const { engine, failed } = connectEngine(worker.port)
    const mine: Connection = {
      engine,
      end(error) {
        if (current !== mine) return
        current = null
        stop()
        worker.terminate()
        failed(error)
        for (const listener of listeners) listener(error.toJSON())
      },
    }
    const stop = watchBeats(worker.port, (seconds) => mine.end(fail('engine-worker-blocked', { seconds })), beats)
    worker.onEnd((reason) => mine.end(fail('engine-worker-died', { reason })))
    // Without a GPU every call after it says so.
    if (memory !== undefined) engine.setGpuMemory(memory).catch(() => {})
    return mine
  }
  const engine = () => (current ??= connect()).engine

  return {
    gpu: () => engine().gpu(),
    tune: () => engine().tune(),
    async setGpuMemory(said) {
      memory = said
      await engine().setGpuMemory(said)
    },
    fitModels: (...args) => engine().fitModels(...args),
    loadModel: (...args) => engine().loadModel(...args),
    model: () => current?.engine.model() ?? null,
    unloadModel: () => engine().unloadModel(),
    loadData: (...args) => engine().loadData(...args),
    remapData: (...args) => engine().remapData(...args),
    loadEvalData: (...args) => engine().loadEvalData(...args),
    previewRows: (...args) => engine().previewRows(...args),
    tokenRows: () => engine().tokenRows(),
    planRun: (run, answers) => engine().planRun(run, answers),
    measureRate: (...args) => engine().measureRate(...args),
    train: (...args) => engine().train(...args),
    findRate: (...args) => engine().findRate(...args),
    pause: () => current?.engine.pause(),
    resume: () => current?.engine.resume(),
    steer: (change) => current?.engine.steer(change),
    stop: () => current?.engine.stop(),
    loadAdapter: (folder) => engine().loadAdapter(folder),
    mixAdapters: (parts) => engine().mixAdapters(parts),
    adapter: () => current?.engine.adapter() ?? null,
    removeAdapter: async () => current?.engine.removeAdapter(),
    evaluate: (...args) => engine().evaluate(...args),
    generate: (...args) => engine().generate(...args),
    generateMany: (...args) => engine().generateMany(...args),
    export: (...args) => engine().export(...args),
    handover: (...args) => engine().handover(...args),
    adapterReadme: (...args) => engine().adapterReadme(...args),
    rowTokens: (...args) => engine().rowTokens(...args),
    rowsOf: (...args) => engine().rowsOf(...args),
    evaluateOn: (...args) => engine().evaluateOn(...args),
    promptTokens: (...args) => engine().promptTokens(...args),
    questionsOf: (...args) => engine().questionsOf(...args),
    setAdapterStrength: (...args) => engine().setAdapterStrength(...args),
    onLost: (listener) => void listeners.add(listener),
    async dispose() {
      const last = current
      await last?.engine.dispose()
      last?.end(fail('engine-worker-died', { reason: 'dispose' }))
    },
  }
}
