import { createStore } from 'zustand/vanilla'
import type { Engine, RunPlan } from '../engine/api/types'
import type { RunFile } from '../run-file/run-file'
import { isAbort } from './failure'
import type { Notices } from './notices'
import type { RunRecord } from './run-record'

interface PaceState {
  isMeasuring: boolean
  /** Tokens a second by the id of the model, as measured in this visit. */
  rates: Readonly<Record<string, number>>
}

/** How fast runs go on this device: never assumed, always measured, by a few steps or by the run before. */
export function createRunPace(engine: Engine, notices: Notices) {
  const store = createStore<PaceState>(() => ({ isMeasuring: false, rates: {} }))
  let current: { stop: AbortController; done: Promise<void> } | null = null

  async function steps(model: string, run: RunFile, signal: AbortSignal) {
    store.setState({ isMeasuring: true })
    try {
      const rate = await engine.measureRate(run, signal)
      if (rate > 0) store.setState(({ rates }) => ({ rates: { ...rates, [model]: rate } }))
    } catch (error) {
      if (!isAbort(error)) notices.fail(error)
    }
    store.setState({ isMeasuring: false })
  }

  return {
    store,
    /** A few steps of the run that stands there; they are thrown away. */
    measure(model: string, run: RunFile): Promise<void> {
      const stop = new AbortController()
      current = { stop, done: steps(model, run, stop.signal) }
      return current.done
    },
    /** The engine, which breaks off a measurement where something else is asked of it. */
    engine: givingWay(engine, () => {
      if (!store.getState().isMeasuring) return null
      current?.stop.abort()
      return current?.done ?? null
    }),
  }
}

/** What changes the model or takes the GPU for long. */
const GREEDY = [
  'train',
  'loadModel',
  'unloadModel',
  'loadAdapter',
  'mixAdapters',
  'removeAdapter',
  'findRate',
  'tune',
] as const

function givingWay(engine: Engine, stop: () => Promise<void> | null): Engine {
  return new Proxy(engine, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      const call = value.bind(target) as (...args: unknown[]) => unknown
      if (!(GREEDY as readonly unknown[]).includes(name)) return call
      return (...args: unknown[]) => stop()?.then(() => call(...args)) ?? call(...args)
    },
  })
}

/** Tokens a second of the last run of a model that this browser remembers. */
export function rateOfRuns(runs: readonly RunRecord[], model: string): number | null {
  const last = runs
    .filter((run) => run.model.id === model && run.curve.length > 2)
    .reduce<RunRecord | null>((late, run) => (late && late.startedAt > run.startedAt ? late : run), null)
  return last?.curve.at(-1)?.tokens_per_second || null
}

/** Seconds of a planned run at that rate. A held-out row is only read, about a third of the work of a trained one. */
export function secondsOf(plan: RunPlan, run: RunFile, rate: number): number {
  const rows = plan.steps * run.per_device_train_batch_size * run.gradient_accumulation_steps
  const judged = rows > 0 ? (plan.evaluations * plan.heldOut * plan.tokens) / rows : 0
  return (plan.tokens + judged / 3) / rate
}
