import type { Engine } from '../engine/api/types'
import { TuneError } from '../errors'
import type { MessageKey } from '../i18n'
import type { DataRoom } from './data-room'
import type { EvalFile } from './eval-file'
import { isLoss } from './losses'
import type { ModelRoom } from './model-room'
import { dataName, fileStem, runName } from './names'
import type { Notices } from './notices'
import type { PrefsStore } from './prefs'
import { prepareResume } from './resume-run'
import type { Router } from './router'
import type { RunArchive, RunOrigin, RunRecord } from './run-record'
import type { RunStarter } from './run-starter'
import type { RunsRoom } from './runs-room'
import { seenUntil } from './seen-rows'
import { firstWrong } from './settings'
import type { TrainRoom } from './train-room'
import { isRunning } from './train-room'
import type { TryRoom } from './try-room'
import { dataFileKey } from './visit-store'

/** What the page asks a person for where it does not keep it; null where they give none. */
export interface Ask {
  dataFile(): Promise<File | null>
  modelFolder(): Promise<{ name: string; files: { path: string; file: File }[] } | null>
}

interface DoorParts {
  engine: Engine
  archive: RunArchive
  prefs: PrefsStore
  router: Router
  notices: Notices
  model: ModelRoom
  data: DataRoom
  train: TrainRoom
  tryRoom: TryRoom
  runs: RunsRoom
  evalFile: EvalFile
  ask: Ask
  start: RunStarter
  /** Whether model and data set are there. */
  isReady(): boolean
  /** The bytes of a data file that the browser keeps, or null. */
  keptFile(key: string): Promise<File | null>
  /** The beginning of the visit: until then rooms still fill, and what is started waits for them. */
  begun(): Promise<void>
}

/** Losses of the GPU or the worker in a row, without a step between them, after which the person decides. */
const MOST_LOSSES = 3

const hasCheckpoint = ({ checkpoints }: RunRecord): boolean => (checkpoints?.steps.length ?? 0) > 0

/** The ways into a run: a new one, one that goes on, one that leaves another at a checkpoint. */
export function createRunDoors(parts: DoorParts) {
  const { engine, archive, prefs, router, notices, model, data, train, tryRoom, runs, evalFile, ask, start } = parts
  const { isReady, begun } = parts
  const resumeParts = { model, data, train, keptFile: parts.keptFile, openEvalFile: evalFile.open }
  const running = () => isRunning(train.store.getState().phase)

  const names = () => {
    const { card } = model.store.getState()
    const { summary } = data.store.getState()
    const tokens = summary ? { all: summary.totalTokens, trained: summary.trainedTokens } : undefined
    const title = dataName(data.store.getState(), prefs.getState().language)
    return { card, data: title, rows: summary?.rowsKept ?? 0, tokens }
  }

  /** An adapter that is gone on with decides its own shape, so the settings follow it. */
  function goOnFromAdapter(wanted: boolean) {
    const { adapter } = tryRoom.store.getState()
    const { run } = train.store.getState()
    train.setContinue(wanted && adapter !== null)
    if (wanted && adapter) train.setRun({ ...run, lora: { ...adapter.lora, lora_dropout: run.lora.lora_dropout } })
  }

  /** The run whose adapter is loaded, or the adapter by its name. */
  function adapterOrigin(): RunOrigin {
    const { adapterName, adapterRunId } = tryRoom.store.getState()
    const run = adapterRunId ? runs.find(adapterRunId) : undefined
    return run ? { id: run.id, name: run.name, step: run.adapterStep ?? run.steps } : { name: adapterName }
  }

  /**
   * Trains with what is chosen, to the end; resolves with the run's id, null where none was begun. `name` comes behind
   * the data set's.
   */
  async function beginRun(name = '', onBegun: (runId: string) => void = () => {}): Promise<string | null> {
    notices.clear('run', 'train')
    const { card, data: dataTitle, rows, tokens } = names()
    if (running() || !card || !isReady()) return null
    const { continueAdapter, wrong } = train.store.getState()
    const field = firstWrong(wrong)
    if (field) {
      // Its last good value is not what stands there: better no run than another one.
      train.show('setup')
      train.attend(field)
      return null
    }
    const { branch } = train.store.getState()
    if (branch) {
      train.setBranch(null)
      await startBranch(branch.record, branch.step)
      return null
    }
    if (continueAdapter) goOnFromAdapter(true)
    const { source } = model.store.getState()
    const { sample, fileName, mapping, source: dataSource } = data.store.getState()
    const kept = dataSource?.kind === 'file' ? dataFileKey(dataSource.file) : undefined
    const judgedBy = train.store.getState().evalFile
    const second = judgedBy ? { name: judgedBy.name, kept: judgedBy.kept } : undefined
    const record: RunRecord = {
      id: crypto.randomUUID(),
      name: runName([fileStem(dataTitle), name].filter(Boolean).join(' · '), runs.store.getState().list ?? []),
      startedAt: Date.now(),
      model: {
        id: card.id,
        name: card.name,
        source: card.source,
        ...(source?.kind === 'hub' ? { revision: source.revision, endpoint: source.endpoint } : {}),
      },
      data: {
        name: dataTitle,
        rows,
        tokens,
        license: sample?.license,
        sample: sample?.file,
        file: fileName ?? undefined,
        kept,
        mapping,
        evalFile: second,
      },
      run: train.store.getState().run,
      curve: [],
      reason: 'running',
      steps: 0,
      continued: continueAdapter,
      from: continueAdapter ? adapterOrigin() : undefined,
      seconds: 0,
      trainLoss: null,
      trainerState: {},
      adapterBytes: 0,
      mergedBytes: 0,
    }
    onBegun(record.id)
    await start(record, { continueAdapter })
    await goOnAfterLoss(record.id)
    return record.id
  }

  /**
   * Goes on with a run that was interrupted or stopped, from its last checkpoint; with the same bits as if it had not
   * been.
   */
  async function resumeRun(record: RunRecord) {
    if (running()) {
      notices.say('intake.busy')
      return
    }
    notices.clear('run', 'train', 'runs')
    try {
      // Pressed while the page still fills its rooms: it waits, and is not dropped.
      await begun()
      if (await goOn(record)) await goOnAfterLoss(record.id)
    } catch (error) {
      const way = error instanceof TuneError ? waysOn[error.code] : undefined
      if (way) notices.offer(error, { label: way.label, perform: () => void way.give(record).catch(notices.fail) })
      else notices.fail(error)
    }
  }

  async function goOn(record: RunRecord): Promise<boolean> {
    if (!(await bringBack(record))) return false
    router.go('train')
    await start(record, hasCheckpoint(record) ? { resumeFrom: 'kept' } : {})
    return true
  }

  /**
   * A run that ended because the GPU or the worker went away goes on by itself from its last checkpoint; not for ever
   * where it gets no further.
   */
  async function goOnAfterLoss(id: string): Promise<void> {
    let reached = 0
    for (let tries = 0; tries < MOST_LOSSES; tries++) {
      const left = runs.find(id)
      if (!isLoss(train.store.getState().error) || left?.reason !== 'interrupted' || !hasCheckpoint(left)) return
      if (left.steps > reached) tries = 0
      reached = Math.max(reached, left.steps)
      notices.say('runs.goesOnAfterLoss', { name: left.name, step: left.checkpoints!.steps.at(-1)! })
      try {
        if (!(await goOn(left))) return
      } catch (error) {
        notices.fail(error)
        return
      }
    }
  }

  /** What the page does not keep is asked for where it is missed; given, the run goes on by itself. */
  const waysOn: Record<string, { label: MessageKey; give(record: RunRecord): Promise<void> }> = {
    'run-needs-data': {
      label: 'data.chooseFile',
      async give(record) {
        const file = await ask.dataFile()
        if (!file || !(await data.openFile(file))) return
        const given = { ...record, data: { ...record.data, file: file.name, kept: dataFileKey(file) } }
        await resumeRun(given)
      },
    },
    'run-needs-eval-data': {
      label: 'heldOut.choose',
      async give(record) {
        const file = await ask.dataFile()
        if (!file) return
        await evalFile.open(file)
        await resumeRun({ ...record, data: { ...record.data, evalFile: { name: file.name, kept: dataFileKey(file) } } })
      },
    },
    'run-needs-model': {
      label: 'model.chooseFolder',
      async give(record) {
        const folder = await ask.modelFolder()
        if (!folder) return
        await model.loadFiles(folder.name, folder.files)
        await resumeRun(record)
      },
    },
  }

  /** Brings back what a run began with, so that another can go on from one of its checkpoints with changed settings. */
  async function branchRun(record: RunRecord, step: number) {
    if (running()) {
      notices.say('intake.busy')
      return
    }
    try {
      if (!(await bringBack(record))) return
      train.setBranch({ record, step })
      train.show('setup')
      router.go('train')
    } catch (error) {
      notices.fail(error)
    }
  }

  /** Of the settings a branch takes the learning rate and the number of steps: the rest is the earlier run's. */
  async function startBranch(record: RunRecord, step: number) {
    const { run } = train.store.getState()
    const plan = await engine.planRun(run)
    const before = await engine.planRun(record.run)
    const change = {
      ...(run.learning_rate === record.run.learning_rate ? {} : { learning_rate: run.learning_rate }),
      ...(plan.steps === before.steps ? {} : { steps: plan.steps }),
    }
    const branched: RunRecord = {
      ...record,
      id: crypto.randomUUID(),
      name: runName(`${record.name} · ${step}`, runs.store.getState().list ?? []),
      startedAt: Date.now(),
      curve: record.curve.slice(0, step),
      answers: record.answers?.filter((one) => one.step <= step),
      evaluations: record.evaluations?.filter((one) => one.step <= step),
      seen: seenUntil(record.seen, step),
      from: { id: record.id, name: record.name, step },
      reason: 'running',
      steps: 0,
      trainLoss: null,
      trainerState: {},
      adapterBytes: 0,
      mergedBytes: 0,
      checkpoints: undefined,
    }
    await start(branched, { resumeFrom: await archive.checkpointFolder(record.id, step), branch: change })
  }

  /** Brings model, data set and settings back to what a run began with; false where a room says why it cannot. */
  const bringBack = async (record: RunRecord): Promise<boolean> => {
    if (await prepareResume(resumeParts, record)) return true
    router.go(model.store.getState().status === 'ready' ? 'data' : 'model')
    return false
  }

  return { beginRun, resumeRun, branchRun, goOnFromAdapter, bringBack }
}
