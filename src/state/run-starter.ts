import type { CacheType } from '../contracts/answers'
import type { Engine, TrainOptions, TrainOutcome } from '../engine/api/types'
import { fail } from '../errors'
import type { Suite } from '../eval/suites/suite'
import { isStoreFull } from '../storage/full-store'
import { answersOnTheWay } from './answers-on-the-way'
import type { ExportRoom } from './export-room'
import type { Notices } from './notices'
import type { PrefsStore } from './prefs'
import type { RunArchive, RunRecord } from './run-record'
import type { RunsRoom } from './runs-room'
import { packSeen, unpackSeen } from './seen-rows'
import type { TrainRoom } from './train-room'
import { factsOf } from './train-room'
import type { TryRoom, TryState } from './try-room'

interface StarterParts {
  engine: Engine
  /** What the run asks at each of its evaluations. */
  smallSets(): Promise<Suite[]>
  /** Element type of keys and values of answers on the way. */
  cache(): CacheType
  archive: RunArchive
  prefs: PrefsStore
  notices: Notices
  train: TrainRoom
  tryRoom: TryRoom
  exporting: ExportRoom
  runs: RunsRoom
  download(record: RunRecord): Promise<void>
}

type StartOptions = Pick<TrainOptions, 'continueAdapter' | 'resumeFrom' | 'branch'>

/** Trains a run and keeps its record true from before the first step to the end, whatever the end is. */
export function createRunStarter(parts: StarterParts) {
  const { engine, cache, smallSets, archive, prefs, notices, train, tryRoom, exporting, runs, download } = parts

  /**
   * What the browser's store has no room for costs the run nothing: it is said, with the way to take the result along.
   * Resolves with whether it was kept.
   */
  async function keeping(record: RunRecord, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      const hasResult = (runs.find(record.id)?.adapterBytes ?? 0) > 0
      const told = isStoreFull(error) ? fail('run-unkept', { name: record.name }, error) : error
      if (!hasResult) notices.fail(told)
      else notices.offer(told, { label: 'export.downloadAdapter', perform: () => void download(record) })
      return false
    }
  }

  /** Which of its files are kept is known to the list alone: it changes while the run goes on. */
  const keptOf = (record: RunRecord) => {
    const { adapterBytes, adapterStep, mergedBytes, mergedStep } = runs.find(record.id) ?? record
    return { adapterBytes, adapterStep, mergedBytes, mergedStep }
  }

  /** What has come of the run so far. */
  const soFar = (record: RunRecord): RunRecord => {
    const curve = [...train.points()]
    const { answers, evaluations, log, steerings, steps } = train.store.getState()
    return {
      ...record,
      ...keptOf(record),
      run: { ...record.run, history: [...steerings] },
      curve,
      answers: [...answers],
      seen: packSeen(train.allSeen()),
      log: [...log],
      evaluations: [...evaluations],
      steps: curve.length,
      plannedSteps: steps || record.plannedSteps,
      seconds: curve.at(-1)?.seconds ?? record.seconds,
    }
  }

  /** Notes are written one after another, so that none of them comes after the run's end. */
  let noted: Promise<unknown> = Promise.resolve()
  function noteCheckpoint(record: RunRecord) {
    const now = soFar(record)
    noted = noted.then(() =>
      keeping(record, async () => {
        const checkpoints = await archive.checkpoints(record.id)
        await runs.put({ ...now, ...keptOf(record), checkpoints })
      }),
    )
  }

  /** Resolves with whether the store took it; it is in the list of runs either way. */
  async function keepAdapter(record: RunRecord, outcome: TrainOutcome | null): Promise<boolean> {
    const facts = outcome ? factsOf(record.name, record.data.name, record.data.rows, record.run, outcome) : undefined
    const files = await exporting.writeAdapter(facts)
    const best = record.run.load_best_model_at_end ? outcome?.best?.step : undefined
    const step = best ?? outcome?.steps ?? train.points().length
    return keeping(record, () => runs.keepFiles(record.id, 'adapter', files, step))
  }

  async function finished(record: RunRecord, outcome: TrainOutcome) {
    const { reason, steps, seconds, trainLoss, trainerState, history } = outcome
    const run = { ...record.run, history }
    const isKept = await keepAdapter({ ...record, run }, outcome)
    const whole = { ...soFar(record), run, reason, steps, trainLoss, trainerState }
    const checkpoints = await archive.checkpoints(record.id)
    const isListed = await keeping(record, () =>
      runs.put({ ...whole, seconds: Math.max(seconds, whole.seconds), checkpoints }),
    )
    if (reason !== 'finished' || !isKept || !isListed) return
    // The adapter is safe now: the way back is needed no more.
    // Without a plan, since the data set was taken away meanwhile, nobody knows which were asked for: all stay.
    const plan = await engine.planRun(record.run).catch(() => null)
    if (!plan) return
    await archive.tidyCheckpoints(record.id, {
      every: plan.checkpointEvery,
      limit: record.run.save_total_limit,
      safety: true,
    })
    await keeping(record, async () => runs.change(record.id, { checkpoints: await archive.checkpoints(record.id) }))
  }

  /** As it was before this try; what has been removed meanwhile stays removed. */
  async function putBack(record: RunRecord, earlier: RunRecord | undefined) {
    if (!earlier) return runs.forget(record.id)
    const { mergedBytes, mergedStep } = runs.find(record.id) ?? earlier
    await keeping(record, () => runs.put({ ...earlier, mergedBytes, mergedStep }))
  }

  /** Stopped before its first step: nothing came of it, so that there is nothing to list. */
  async function empty(record: RunRecord, earlier: RunRecord | undefined, tried: TryState) {
    await putBack(record, earlier)
    await forgetAdapter(tried)
    notices.fail(fail('train-no-step', {}))
  }

  /**
   * A fresh adapter that learnt nothing says what the base says: it goes, and one that was gone on from has its own
   * name again.
   */
  async function forgetAdapter(tried: TryState) {
    if (tried.adapter && train.store.getState().continueAdapter) {
      tryRoom.adapterIs(engine.adapter(), tried.adapterName, tried.adapterRunId)
      return
    }
    await engine.removeAdapter()
    tryRoom.adapterIs(null)
  }

  /**
   * It ended with an error: what was learnt is kept where there is something, and what was there before stays as it
   * was.
   */
  async function broken(record: RunRecord, earlier: RunRecord | undefined, tried: TryState) {
    const { error } = train.store.getState()
    const now = soFar(record)
    const isNumbers = error?.code === 'train-non-finite' && now.steps > 0
    if (now.steps <= (earlier?.steps ?? 0) && !isNumbers) {
      await putBack(record, earlier)
      if (now.steps === 0 && tryRoom.store.getState().adapterRunId === record.id) await forgetAdapter(tried)
      return
    }
    const checkpoints = await archive.checkpoints(record.id)
    // Where the GPU is gone, so is the adapter: then the last checkpoint is what there is.
    if (isNumbers) await keepAdapter(record, null)
    await keeping(record, () =>
      runs.put({ ...soFar(record), reason: isNumbers ? 'failed' : 'interrupted', checkpoints }),
    )
  }

  async function whole(record: RunRecord, options: StartOptions): Promise<void> {
    const release = await archive.hold(record.id)
    if (!release) {
      notices.fail(fail('run-in-other-tab', { name: record.name }))
      return
    }
    const earlier = runs.find(record.id)
    const tried = tryRoom.store.getState()
    const live: RunRecord = { ...record, reason: 'running' }
    let outcome: TrainOutcome | null = null
    try {
      await keeping(live, () => runs.put(live))
      const answers = answersOnTheWay(prefs.getState(), cache())
      // A set that cannot be had is said, and the run goes without.
      const sets = await smallSets().catch((error: unknown) => (notices.fail(error), []))
      outcome = await train.train({
        runId: record.id,
        options: { ...options, answers, sets, setsCache: cache() },
        curve: record.curve,
        answers: record.answers,
        seen: unpackSeen(record.seen),
        onAdapter: (card) => tryRoom.adapterIs(card, record.name, record.id),
        onCheckpoint: () => noteCheckpoint(live),
        onFirstStep: () => void (noted = noted.then(() => runs.forgetMerged(record.id)).catch(notices.fail)),
      })
      await noted
      if (outcome) {
        tryRoom.adapterIs(engine.adapter(), record.name, record.id)
        if (outcome.steps > 0) await finished(live, outcome)
        else await empty(record, earlier, tried)
      } else {
        await broken(live, earlier, tried)
      }
    } catch (error) {
      notices.fail(error)
    } finally {
      release()
      if (outcome) train.finish(outcome)
    }
  }

  let starting = false
  /**
   * `record` is a new one, or one that goes on from its last checkpoint. A second press while the first is at work does
   * nothing.
   */
  return async function start(record: RunRecord, options: StartOptions): Promise<void> {
    if (starting) return
    starting = true
    await whole(record, options).finally(() => (starting = false))
  }
}
export type RunStarter = ReturnType<typeof createRunStarter>
