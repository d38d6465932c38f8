import { createStore } from 'zustand/vanilla'
import { READ_SHARE } from '../contracts/evaluation'
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

/** How fast a run went, or is going to. */
interface RunPace {
  /** Tokens a second. */
  rate: number
  /** From its beginning to its first step: kernels are compiled, answers asked. */
  startSeconds?: number
  /** Of one held-out row. */
  heldRowSeconds?: number
}

/** The pace of the last run of a model that this browser remembers. */
export function paceOfRuns(runs: readonly RunRecord[], model: string): RunPace | null {
  const last = runs
    .filter((run) => run.model.id === model && run.curve.length > 2)
    .reduce<RunRecord | null>((late, run) => (late && late.startedAt > run.startedAt ? late : run), null)
  const rate = last?.curve.at(-1)?.tokens_per_second
  if (!last || !rate) return null
  const [first] = last.curve
  const judged = last.evaluations ?? []
  const onStart = judged.find(({ step }) => step === 0)?.eval_runtime ?? 0
  const seconds = judged.reduce((sum, row) => sum + row.eval_runtime, 0)
  const rows = judged.reduce((sum, row) => sum + row.eval_runtime * row.eval_samples_per_second, 0)
  return {
    rate,
    startSeconds: Math.max(0, first.seconds - first.num_tokens / rate - onStart),
    ...(rows > 0 ? { heldRowSeconds: seconds / rows } : {}),
  }
}

/** Seconds of a planned run at that pace: its start, its tokens and the held-out rows of every evaluation. */
export function secondsOf(plan: RunPlan, run: RunFile, { rate, startSeconds = 0, heldRowSeconds }: RunPace): number {
  const rows = plan.steps * run.per_device_train_batch_size * run.gradient_accumulation_steps
  const rowSeconds = rows > 0 ? plan.tokens / rows / rate : 0
  const judged = plan.evaluations * plan.heldOut * (heldRowSeconds ?? rowSeconds * READ_SHARE)
  return startSeconds + plan.tokens / rate + judged
}
