import type { Engine, TrainOptions, TrainOutcome } from '../engine/api/types'
import { fail } from '../errors'
import type { ExportRoom } from './export-room'
import type { Notices } from './notices'
import type { PrefsStore } from './prefs'
import type { RunArchive, RunRecord } from './run-record'
import { bytesOf } from './run-record'
import type { RunsRoom } from './runs-room'
import type { TrainRoom } from './train-room'
import { factsOf } from './train-room'
import type { TryRoom, TryState } from './try-room'

interface StarterParts {
  engine: Engine
  archive: RunArchive
  prefs: PrefsStore
  notices: Notices
  train: TrainRoom
  tryRoom: TryRoom
  exporting: ExportRoom
  runs: RunsRoom
}

/** Answers that are looked at on the way: of so many rows, so long. */
const ANSWERED_ROWS = 2
const ANSWER_TOKENS = 40

/** Trains a run and keeps its record true from before the first step to the end, whatever the end is. */
export function createRunStarter({ engine, archive, prefs, notices, train, tryRoom, exporting, runs }: StarterParts) {
  /** What has come of the run so far. */
  const soFar = (record: RunRecord): RunRecord => {
    const curve = [...train.points()]
    const { answers, steps } = train.store.getState()
    return {
      ...record,
      curve,
      answers: [...answers],
      steps: curve.length,
      plannedSteps: steps || record.plannedSteps,
      seconds: curve.at(-1)?.seconds ?? record.seconds,
    }
  }

  /** Notes are written one after another, so that none of them comes after the run's end. */
  let noted: Promise<void> = Promise.resolve()
  function noteCheckpoint(record: RunRecord) {
    const now = soFar(record)
    noted = noted
      .then(async () => runs.put({ ...now, checkpoints: await archive.checkpoints(record.id) }))
      .catch((error: unknown) => void notices.fail(error))
  }

  async function keepAdapter(record: RunRecord, outcome: TrainOutcome | null): Promise<number> {
    const facts = outcome ? factsOf(record.name, record.data.name, record.data.rows, record.run, outcome) : undefined
    const files = await exporting.writeAdapter(facts)
    await archive.putFiles(record.id, 'adapter', files)
    return bytesOf(files)
  }

  async function finished(record: RunRecord, outcome: TrainOutcome) {
    const { reason, steps, seconds, trainLoss, trainerState } = outcome
    const adapterBytes = await keepAdapter(record, outcome)
    const whole = { ...soFar(record), reason, steps, trainLoss, trainerState, adapterBytes }
    await runs.put({
      ...whole,
      seconds: Math.max(seconds, whole.seconds),
      checkpoints: await archive.checkpoints(record.id),
    })
    if (reason !== 'finished') return
    // The adapter is safe now: the way back is needed no more.
    // Without a plan, since the data set was taken away meanwhile, nobody knows which were asked for: all stay.
    const plan = await engine.planRun(record.run).catch(() => null)
    if (!plan) return
    await archive.tidyCheckpoints(record.id, {
      every: plan.checkpointEvery,
      limit: record.run.save_total_limit,
      safety: true,
    })
    await runs.change(record.id, { checkpoints: await archive.checkpoints(record.id) })
  }

  /** Stopped before its first step: nothing came of it, so that there is nothing to list. */
  async function empty(record: RunRecord, earlier: RunRecord | undefined, tried: TryState) {
    await (earlier ? runs.put(earlier) : runs.forget(record.id))
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
      await (earlier ? runs.put(earlier) : runs.forget(record.id))
      if (now.steps === 0 && tryRoom.store.getState().adapterRunId === record.id) await forgetAdapter(tried)
      return
    }
    const checkpoints = await archive.checkpoints(record.id)
    // Where the GPU is gone, so is the adapter: then the last checkpoint is what there is.
    const adapterBytes = isNumbers ? await keepAdapter(record, null) : record.adapterBytes
    await runs.put({ ...now, reason: isNumbers ? 'failed' : 'interrupted', checkpoints, adapterBytes })
  }

  async function whole(
    record: RunRecord,
    options: Pick<TrainOptions, 'continueAdapter' | 'resumeFrom'>,
  ): Promise<void> {
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
      await runs.put(live)
      const { answerEvery } = prefs.getState()
      const answers =
        answerEvery > 0 ? { rows: ANSWERED_ROWS, every: answerEvery, max_new_tokens: ANSWER_TOKENS } : undefined
      outcome = await train.train({
        runId: record.id,
        options: { ...options, answers },
        curve: record.curve,
        answers: record.answers,
        onAdapter: (card) => tryRoom.adapterIs(card, record.name, record.id),
        onCheckpoint: () => noteCheckpoint(live),
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
  return async function start(
    record: RunRecord,
    options: Pick<TrainOptions, 'continueAdapter' | 'resumeFrom'>,
  ): Promise<void> {
    if (starting) return
    starting = true
    await whole(record, options).finally(() => (starting = false))
  }
}
