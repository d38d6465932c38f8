import { createStore } from 'zustand/vanilla'
import type { Engine, RunPlan, TrainOptions, TrainOutcome } from '../engine/api/types'
import type { SerializedError } from '../errors'
import type { Steering } from '../run-file/history'
import { pageRun } from './presets'
import { recommendedRun } from '../run-file/run-file'
import type { RunFile } from '../run-file/run-file'
import type { CurvePoint } from './curve'
import { serializeError } from './failure'
import { overlapLine } from './held-out'
import type { LogLine } from './log-line'
import { createPublisher } from './publisher'
import type { AnswerRecord, RunRecord } from './run-record'
import type { FieldPath, WrongEntries } from './settings'
import { readField, refusalOf, writeField } from './settings'
import type { RunFacts } from '../run-file/run-facts'
import type { AdapterCard } from '../contracts/lora'
import type { EvalRow, SeenRow } from '../contracts/evaluation'
import type { LogRow } from '../contracts/figures'
import type { TrainEvent, TrainPhase } from '../contracts/events'

/** What the phase line shows beside the step. */
interface LiveFigures {
  tokensPerSecond: number
  etaSeconds: number
  gpuBytes: number
  stepSeconds: number
}

export interface TrainState {
  run: RunFile
  /** The person has changed a setting: presets of a newly loaded model no longer apply. */
  touched: boolean
  warnings: SerializedError[]
  /** What was read of another trainer's settings, then what could not be taken over. */
  left: SerializedError[]
  /** Fields that hold what no run can have; `run` keeps their last good values, and no run starts from it meanwhile. */
  wrong: WrongEntries
  /** The field that the person is led to. */
  attention: FieldPath | null
  plan: RunPlan | null
  planError: SerializedError | null
  /** Go on from the adapter that is loaded instead of a fresh one. */
  continueAdapter: boolean
  /** Which half of the room is shown: the settings and plan, or a run. */
  view: 'setup' | 'run'
  phase: TrainPhase | 'idle'
  /** What the person has asked for and the run will come to after its step. */
  wish: 'pause' | 'stop' | null
  runId: string | null
  startedAt: number
  step: number
  steps: number
  live: LiveFigures | null
  /** Kernels ready so far, while they are compiled. */
  compiled: { done: number; total: number } | null
  /** Grows whenever `points` does; the points themselves stay out of the store, so that a step copies nothing. */
  version: number
  /** A second file that runs are judged by. */
  evalFile: { name: string; rows: number; kept?: string } | null
  /** What was changed while the run goes on. */
  steerings: Steering[]
  /** The next run goes on from a checkpoint of an earlier one, as another run. */
  branch: { record: RunRecord; step: number } | null
  /** Of the held-out rows, in order. */
  evaluations: EvalRow[]
  /** Answers that the model gave on the way. */
  answers: AnswerRecord[]
  log: LogLine[]
  outcome: TrainOutcome | null
  error: SerializedError | null
}

export const isRunning = (phase: TrainState['phase']): boolean =>
  phase !== 'idle' && phase !== 'done' && phase !== 'stopped'

/** How a run begins, and who wants to know. */
export interface RunStart {
  runId: string
  options: Omit<TrainOptions, 'runId'>
  /** Of a run that goes on: what is known of its past. */
  curve?: readonly CurvePoint[]
  answers?: readonly AnswerRecord[]
  seen?: readonly SeenRow[]
  onAdapter(card: AdapterCard): void
  onCheckpoint(): void
  /** The first new step is done: what was kept of the run before is behind it. */
  onFirstStep(): void
}

/** `answers`: what the model is let say on the way, which takes memory, too. */
export function createTrainRoom(engine: Engine, answers: () => TrainOptions['answers'] = () => undefined) {
  const store = createStore<TrainState>(() => ({
    run: structuredClone(recommendedRun),
    touched: false,
    warnings: [],
    left: [],
    wrong: {},
    attention: null,
    plan: null,
    planError: null,
    continueAdapter: false,
    view: 'setup',
    phase: 'idle',
    wish: null,
    runId: null,
    startedAt: 0,
    step: 0,
    steps: 0,
    live: null,
    compiled: null,
    version: 0,
    evalFile: null,
    steerings: [],
    branch: null,
    evaluations: [],
    answers: [],
    log: [],
    outcome: null,
    error: null,
  }))
  let points: CurvePoint[] = []
  /** Losses of rows as they were trained, in the order of steps; the newest where there are very many. */
  let seen: SeenRow[] = []
  /** As it was at a moment of the run: the page draws anew when there is another. */
  let shownSeen: readonly SeenRow[] = []
  let shownAt = ''
  /** Seconds that a continued run had taken before. */
  let before = 0
  let pausedMs = 0
  let pausedAt = 0
  let planning = 0
  /** The run has made a step of its own. */
  let moved = false

  const publisher = createPublisher((change: Partial<TrainState>) => store.setState(change))

  function onEvent(start: RunStart, event: TrainEvent) {
    if (event.kind === 'phase') {
      if (event.phase === 'paused') {
        pausedAt = performance.now()
        store.setState(({ wish }) => ({ wish: wish === 'pause' ? null : wish }))
      } else if (pausedAt) {
        pausedMs += performance.now() - pausedAt
        pausedAt = 0
      }
      publisher.now({ phase: event.phase, step: event.step, steps: event.steps, version: points.length })
    } else if (event.kind === 'step') {
      const { log, steps, tokensPerSecond, etaSeconds, gpuBytes, stepSeconds } = event
      const seconds = before + (Date.now() - store.getState().startedAt - pausedMs) / 1000
      if (!moved) start.onFirstStep()
      moved = true
      points.push({ ...log, seconds, tokens_per_second: tokensPerSecond })
      const live = { tokensPerSecond, etaSeconds, gpuBytes, stepSeconds }
      publisher.soon({ step: log.step, steps, live, version: points.length })
    } else if (event.kind === 'rows') {
      if (seen.length > MOST_SEEN) seen = seen.slice(MOST_SEEN / 2)
      for (const { row, loss } of event.rows) seen.push([row, event.step, loss])
    } else if (event.kind === 'compile') {
      publisher.soon({ compiled: { done: event.done, total: event.total } })
    } else if (event.kind === 'resumed') {
      points = pastOf(event.log, start.curve ?? [])
      before = points.at(-1)?.seconds ?? 0
      seen = (start.seen ?? []).filter(([, step]) => step <= points.length)
      const answers = (start.answers ?? []).filter(({ step }) => step <= points.length)
      publisher.now({ step: points.length, version: points.length, answers, evaluations: event.evaluations })
    } else if (event.kind === 'steered') {
      const { steering, steps } = event
      publisher.now({ steps, steerings: [...store.getState().steerings, steering] })
    } else if (event.kind === 'evaluation') {
      store.setState(({ evaluations }) => ({ evaluations: [...evaluations, event.row] }))
    } else if (event.kind === 'answer') {
      const { kind: _, ...answer } = event
      store.setState(({ answers }) => ({ answers: [...answers, answer] }))
    } else if (event.kind === 'adapter') {
      start.onAdapter(event.card)
    } else if (event.kind === 'checkpoint') {
      start.onCheckpoint()
    } else if (event.kind === 'message') {
      const line: LogLine = { time: Date.now(), level: event.level, text: event.text }
      store.setState(({ log }) => ({ log: [...log, line].slice(-500) }))
    }
  }

  return {
    store,
    points: (): readonly CurvePoint[] => points,
    /** Losses of rows by now, in the same array until there are some steps more. */
    seenRows(): readonly SeenRow[] {
      const { phase, runId } = store.getState()
      const at = `${runId} ${isRunning(phase) ? Math.floor(points.length / 10) : `${phase} ${points.length}`}`
      if (at !== shownAt) shownSeen = [...seen]
      shownAt = at
      return shownSeen
    },
    /** All of them, to be kept. */
    allSeen: (): readonly SeenRow[] => seen,
    /** Rows of the data set that are neither trained nor judged. */
    excludeRows(rows: readonly number[]) {
      const exclude_rows = [...new Set(rows)].sort((a, b) => a - b)
      store.setState(({ run }) => ({ run: { ...run, exclude_rows }, touched: true }))
    },

    /** Settings that an earlier version kept lack what it did not know. */
    setRun(kept: RunFile, warnings: SerializedError[] = [], left: SerializedError[] = []) {
      const run = { ...structuredClone(recommendedRun), ...kept }
      store.setState({ run, warnings, left, touched: true, wrong: {} })
    },
    setEvalFile: (evalFile: TrainState['evalFile']) => store.setState({ evalFile }),
    setBranch: (branch: TrainState['branch']) => store.setState({ branch }),
    dismissLeft: () => store.setState({ left: [] }),
    /** What a person entered in one field; `text` as it was written. */
    enter(path: FieldPath, value: unknown, text = String(value)) {
      const { run, wrong, evalFile } = store.getState()
      const error = refusalOf(run, path, value)
      if (error) {
        store.setState({ wrong: { ...wrong, [path]: { text, error } } })
        return
      }
      if (wrong[path]) {
        const { [path]: _, ...others } = wrong
        store.setState({ wrong: others })
      }
      if (readField(run, path) !== value)
        store.setState({
          run: settled(path, writeField(run, path, value), evalFile !== null),
          warnings: [],
          touched: true,
        })
    },
    attend: (attention: FieldPath | null) => store.setState({ attention }),
    /** Settings that suit a model, unless the person has made their own. */
    suggest(run: RunFile) {
      if (!store.getState().touched) store.setState({ run: structuredClone(run) })
    },
    resetRun(run: RunFile) {
      store.setState({ run: structuredClone(run), warnings: [], left: [], branch: null, wrong: {}, touched: false })
    },
    async plan(ready: boolean) {
      const mine = ++planning
      if (!ready) {
        store.setState({ plan: null, planError: null })
        return
      }
      try {
        const plan = await engine.planRun(store.getState().run, answers())
        if (mine === planning) store.setState({ plan, planError: null })
      } catch (error) {
        if (mine === planning) store.setState({ plan: null, planError: serializeError(error) })
      }
    },
    setContinue: (continueAdapter: boolean) => store.setState({ continueAdapter }),
    show: (view: TrainState['view']) => store.setState({ view }),

    /** Trains and resolves with the outcome; null when it failed, the error then stands in the store. */
    async train(start: RunStart): Promise<TrainOutcome | null> {
      const { runId } = start
      points = []
      seen = []
      before = 0
      pausedMs = 0
      pausedAt = 0
      moved = false
      const { plan } = store.getState()
      store.setState({
        view: 'run',
        phase: 'preparing',
        wish: null,
        runId,
        startedAt: Date.now(),
        step: 0,
        steps: plan?.steps ?? 0,
        live: null,
        compiled: null,
        version: 0,
        steerings: [...store.getState().run.history],
        evaluations: [],
        answers: [],
        log: plan && plan.overlap.length > 0 ? [overlapLine(plan.overlap)] : [],
        outcome: null,
        error: null,
      })
      try {
        const outcome = await engine.train(store.getState().run, { runId, ...start.options }, (event) =>
          onEvent(start, event),
        )
        publisher.now({ outcome, phase: 'saving', wish: null, version: points.length })
        return outcome
      } catch (error) {
        publisher.now({ phase: 'idle', wish: null, error: serializeError(error), version: points.length })
        return null
      }
    },
    finish(outcome: TrainOutcome) {
      // Nothing came of it, so that there is nothing to show.
      if (outcome.steps === 0) store.setState({ phase: 'idle', view: 'setup', outcome: null, runId: null })
      else store.setState({ phase: outcome.reason === 'finished' ? 'done' : 'stopped' })
    },
    pause() {
      store.setState({ wish: 'pause' })
      engine.pause()
    },
    resume() {
      store.setState({ wish: null })
      engine.resume()
    },
    stop() {
      store.setState({ wish: 'stop' })
      engine.stop()
    },
    dismissError: () => store.setState({ error: null }),
  }
}
/** A hundred thousand rows of twice; some megabytes. */
const MOST_SEEN = 200_000

/** Fields that are one control: the one that was entered last decides. */
function settled(path: FieldPath, run: RunFile, hasEvalFile: boolean): RunFile {
  if (path === 'num_train_epochs' && run.max_steps > 0) return { ...run, max_steps: recommendedRun.max_steps }
  if (path === 'eval_split' && !hasEvalFile) return judged(run)
  return run
}

/** Without held-out rows nothing can go by them; with some they are judged. */
function judged(run: RunFile): RunFile {
  const { eval_strategy, eval_steps, load_best_model_at_end } = pageRun
  if (run.eval_split !== 0)
    return run.eval_strategy === 'no' ? { ...run, eval_strategy, eval_steps, load_best_model_at_end } : run
  const save_strategy = run.save_strategy === 'best' ? 'no' : run.save_strategy
  const off = { eval_strategy: 'no', load_best_model_at_end: false, early_stopping_patience: null } as const
  return { ...run, ...off, save_strategy }
}

export type TrainRoom = ReturnType<typeof createTrainRoom>

/** Steps of a continued run as the engine knows them, with the times that the page noted. */
function pastOf(log: readonly LogRow[], curve: readonly CurvePoint[]): CurvePoint[] {
  let seconds = 0
  return log.map((row, i) => {
    seconds = curve[i]?.seconds ?? seconds
    return { ...row, seconds, tokens_per_second: curve[i]?.tokens_per_second ?? 0 }
  })
}

/** Facts of a run for the README that is exported beside its adapter. */
export function factsOf(name: string, dataName: string, rows: number, run: RunFile, outcome: TrainOutcome): RunFacts {
  const { steps, trainLoss, seconds } = outcome
  return { runName: name, dataName, rows, run, outcome: { steps, trainLoss, seconds } }
}
