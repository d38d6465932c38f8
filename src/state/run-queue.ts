import { createStore } from 'zustand/vanilla'
import type { SerializedError } from '../errors'
import type { RunFile } from '../run-file/run-file'
import { sweepRuns, type SweepAxis } from '../run-file/sweep'
import type { RunRecord } from './run-record'
import { serializeError } from './failure'
import { canResume } from './run-record'

/** A run that waits for its turn, or had it. */
export interface QueuedRun {
  id: string
  /** What makes it differ from the others; "" where nothing does. */
  name: string
  run: RunFile
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** Once it has begun. */
  runId?: string
  error?: SerializedError
}

export interface QueueState {
  entries: QueuedRun[]
  /** It goes from run to run. */
  going: boolean
}

interface QueueParts {
  /** Settings as they stand, and their way back. */
  settings(): RunFile
  useSettings(run: RunFile): Promise<void>
  /** Trains with the settings as they stand; resolves with the run's id, null where none was begun. */
  start(name: string, onBegun: (runId: string) => void): Promise<string | null>
  resume(record: RunRecord): Promise<void>
  find(runId: string): RunRecord | undefined
  /** Why the last run did not begin or end well. */
  error(): SerializedError | null
}

/** Runs one after another on the model and the data that are open, each kept under Runs. */
export function createRunQueue(parts: QueueParts) {
  const store = createStore<QueueState>(() => ({ entries: [], going: false }))
  const change = (id: string, part: Partial<QueuedRun>) =>
    store.setState(({ entries }) => ({
      entries: entries.map((entry) => (entry.id === id ? { ...entry, ...part } : entry)),
    }))
  const add = (runs: { name: string; run: RunFile }[]) => {
    const fresh = runs.map(({ name, run }): QueuedRun => {
      // What was changed on the way of another run is not a part of this one.
      return { id: crypto.randomUUID(), name, run: { ...structuredClone(run), history: [] }, state: 'waiting' }
    })
    store.setState(({ entries }) => ({ entries: [...entries, ...fresh] }))
  }

  /** Trains an entry to its end; false where the person stopped it, which ends the queue. */
  async function turn(entry: QueuedRun): Promise<boolean> {
    try {
      return await trained(entry)
    } catch (error) {
      // Settings that cannot be used, a store that refuses: the others have their turn.
      change(entry.id, { state: 'failed', error: serializeError(error) })
      return true
    }
  }

  async function trained(entry: QueuedRun): Promise<boolean> {
    const left = entry.runId ? parts.find(entry.runId) : undefined
    change(entry.id, { state: 'running', error: undefined })
    let runId: string | null = left?.id ?? null
    if (left && left.reason !== 'finished' && canResume(left)) {
      await parts.resume(left)
      const now = parts.find(left.id)
      if (now?.reason === 'interrupted' && now.steps === left.steps) {
        // Its model or its data could not be had, which their rooms say: it waits until they are there.
        change(entry.id, { state: 'waiting' })
        return false
      }
    } else if (left?.reason !== 'finished') {
      await parts.useSettings(entry.run)
      runId = await parts.start(entry.name, (begun) => change(entry.id, { runId: begun }))
      if (runId === null) {
        // There is no model or no data: it waits until there is.
        change(entry.id, { state: 'waiting' })
        return false
      }
    }
    const reason = (runId && parts.find(runId)?.reason) || null
    if (reason === null && parts.error() === null) {
      // Stopped before its first step: nothing came of it, and the person wants the GPU.
      change(entry.id, { state: 'waiting', runId: undefined })
      return false
    }
    const isDone = reason === 'finished' || reason === 'stopped'
    change(entry.id, {
      state: isDone ? 'done' : 'failed',
      ...(runId ? { runId } : {}),
      ...(isDone ? {} : { error: parts.error() ?? undefined }),
    })
    return reason !== 'stopped'
  }

  /** One at a time: a queue that was stopped ends with the run that is going on. */
  let loop: Promise<void> | null = null

  async function goThrough() {
    const own = parts.settings()
    try {
      for (let entry = next(); entry && store.getState().going; entry = next()) {
        if (!(await turn(entry))) break
      }
    } finally {
      await parts.useSettings(own)
    }
  }

  const next = () => store.getState().entries.find(({ state }) => state === 'waiting')

  return {
    store,
    add: (name: string, run: RunFile) => add([{ name, run }]),
    /** A run for every pair of values. Throws what is wrong with a field or a value. */
    sweep: (run: RunFile, axes: readonly SweepAxis[]) => add(sweepRuns(run, axes)),
    remove: (id: string) =>
      store.setState(({ entries }) => ({
        entries: entries.filter((entry) => entry.id !== id || entry.state === 'running'),
      })),
    clearEnded: () =>
      store.setState(({ entries }) => ({ entries: entries.filter(({ state }) => /waiting|running/.test(state)) })),
    /** Anew, or on from where it was interrupted. */
    again(id: string) {
      const runId = store.getState().entries.find((entry) => entry.id === id)?.runId
      const left = runId === undefined ? undefined : parts.find(runId)
      change(id, { state: 'waiting', runId: left?.reason === 'interrupted' ? runId : undefined, error: undefined })
    },
    /** Goes from run to run until none waits, or until it is stopped; started again before that, it goes on. */
    start(): Promise<void> {
      store.setState({ going: true })
      loop ??= goThrough().finally(() => {
        loop = null
        store.setState({ going: false })
      })
      return loop
    },
    /** After the run that is going on. */
    stop: () => store.setState({ going: false }),
    /** What an earlier visit left: a run that was going on waits to go on. */
    restore(entries: readonly QueuedRun[]) {
      const left = entries.map((entry) => (entry.state === 'running' ? { ...entry, state: 'waiting' as const } : entry))
      store.setState({ entries: left })
    },
  }
}
export type RunQueue = ReturnType<typeof createRunQueue>
