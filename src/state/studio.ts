import { createStore } from 'zustand/vanilla'
import type { Ledger } from '../contracts/ledger'
import type { Engine } from '../engine/api/types'
import { fail, TuneError } from '../errors'
import type { SerializedError } from '../errors'
import { loadWords } from '../i18n'
import type { Language, MessageKey } from '../i18n'
import { parseRunFile } from '../run-file/parse-run-file'
import { readRunFile } from '../run-file/read-run-file'
import type { HubLibrary } from '../storage/hub-library'
import type { RunFile } from '../run-file/run-file'
import { createDataRoom } from './data-room'
import { createEvalFile } from './eval-file'
import { createExportRoom } from './export-room'
import type { Saver } from './export-room'
import { createModelChoice } from './model-choice'
import { createModelRoom } from './model-room'
import { createNotices } from './notices'
import type { PrefsStore } from './prefs'
import { presetFor } from './presets'
import type { Router } from './router'
import type { RunArchive, RunRecord } from './run-record'
import { canResume, handoverStep } from './run-record'
import { prepareResume } from './resume-run'
import { createRateSearch } from './rate-search'
import { createRunQueue } from './run-queue'
import { createRunPace } from './run-pace'
import { createRunStarter } from './run-starter'
import { createRowsGlass } from './rows-glass'
import { createRunsRoom } from './runs-room'
import { seenUntil, unpackSeen } from './seen-rows'
import { firstWrong } from './settings'
import { createTrainRoom, isRunning } from './train-room'
import { createScoreRoom } from './score-room'
import { createTryRoom } from './try-room'
import { createVisitKeeper } from './keep-visit'
import { dataName, fileStem, runName } from './names'
import type { RunFacts } from '../run-file/run-facts'
import type { Visit, VisitStore } from './visit-store'
import { dataFileKey } from './visit-store'

export interface StudioParts {
  engine: Engine
  archive: RunArchive
  library: HubLibrary
  saver: Saver
  prefs: PrefsStore
  router: Router
  /** Whether the browser offers WebGPU at all. */
  hasWebGpu: boolean
  /** Address of the page, without hash: samples lie beside it. */
  baseUrl: string
  visits: VisitStore
  gate: { allow(endpoint: string): Promise<void>; ledger(): Promise<Ledger | null> }
  /** Asks the person for a data file or a model folder; null where they give none. */
  ask: {
    dataFile(): Promise<File | null>
    modelFolder(): Promise<{ name: string; files: { path: string; file: File }[] } | null>
  }
}

/** What lies over the page. */
interface OverlayState {
  open: 'palette' | 'keys' | null
}

const PLAN_DELAY_MS = 120
/** Losses of the GPU or the worker in a row, without a step between them, after which the person decides. */
const MOST_LOSSES = 3
/** After these the engine is there again, but empty. */
const LOSSES: readonly string[] = ['gpu-lost', 'engine-worker-died', 'engine-worker-blocked']

const isLoss = (error: SerializedError | null): error is SerializedError =>
  error !== null && LOSSES.includes(error.code)
const hasCheckpoint = ({ checkpoints }: RunRecord): boolean => (checkpoints?.steps.length ?? 0) > 0

/** The rooms, and what one of them means for the others. */
export function createStudio(parts: StudioParts) {
  const { archive, library, saver, prefs, router, hasWebGpu, baseUrl, visits, ask, gate } = parts
  const notices = createNotices()
  const pace = createRunPace(parts.engine, notices)
  const { engine } = pace
  const overlay = createStore<OverlayState>(() => ({ open: null }))
  prefs.whenRefused(notices.fail)
  const model = createModelRoom(engine, prefs, library, notices, gate.allow)
  const choice = createModelChoice(engine, prefs)
  const train = createTrainRoom(engine)
  const data = createDataRoom(engine, () => train.store.getState().run, baseUrl)
  const tryRoom = createTryRoom(engine)
  const exporting = createExportRoom(engine, saver)
  const score = createScoreRoom(engine, {
    allow: gate.allow,
    baseUrl,
    data: () => {
      const { source, mapping, encoding } = data.store.getState()
      const { max_length, assistant_only_loss, completion_only_loss } = train.store.getState().run
      const options = { mapping, encoding, max_length, assistant_only_loss, completion_only_loss }
      return { source, name: dataName(data.store.getState(), prefs.getState().language), options }
    },
    adapter: () => {
      const { adapter, adapterName } = tryRoom.store.getState()
      return adapter && { name: adapterName || 'adapter', card: adapter }
    },
  })
  const runs = createRunsRoom(archive, notices)
  const evalFile = createEvalFile({
    engine,
    train,
    visits,
    settings: () => train.store.getState().run,
    onChange: () => replan(),
  })
  const glass = createRowsGlass(engine)
  const rates = createRateSearch(engine)

  const queue = createRunQueue({
    settings: () => train.store.getState().run,
    async useSettings(run) {
      train.setBranch(null)
      train.setContinue(false)
      train.setRun(run)
      // Another max_length cuts the rows anew.
      await data.settled()
      await train.plan(isReady())
    },
    start: (name, onBegun) => beginRun(name, onBegun),
    resume: (record) => resumeRun(record),
    find: (id) => runs.find(id),
    error: () => train.store.getState().error ?? train.store.getState().planError,
  })
  const visit = createVisitKeeper({ store: visits, notices, model, data, train, tryRoom, runs, queue })
  const resumeParts = { model, data, train, keptFile: visit.file, openEvalFile: evalFile.open }
  /** The beginning of the visit: until then rooms still fill, and what is started waits for them. */
  let begun: Promise<void> = Promise.resolve()

  const running = () => isRunning(train.store.getState().phase)
  const isReady = () => {
    const { status, summary } = data.store.getState()
    return model.store.getState().status === 'ready' && status === 'ready' && (summary?.rowsKept ?? 0) > 0
  }

  let planTimer: ReturnType<typeof setTimeout> | null = null
  function replan() {
    if (planTimer) clearTimeout(planTimer)
    planTimer = setTimeout(() => {
      if (!running()) void train.plan(isReady())
    }, PLAN_DELAY_MS)
  }

  /** Settings for what is chosen, as long as the person has made none. */
  function suggest() {
    const { card } = model.store.getState()
    if (card) train.suggest(presetFor(card, data.store.getState().sample !== null))
  }

  // A new model brings its own tokenizer and has no adapter yet.
  model.store.subscribe((now, before) => {
    if (now.card === before.card) return
    // A load that failed may have left the model of before as it stood, adapter and all.
    if (now.status !== 'loading' && !engine.adapter()) {
      tryRoom.adapterIs(null)
      train.setContinue(false)
    }
    if (now.card) {
      suggest()
      void data.reload().then(evalFile.again).catch(notices.fail)
    }
    replan()
  })
  data.store.subscribe((now, before) => {
    if (now.sample !== before.sample) suggest()
    if (now.summary !== before.summary) glass.forget()
    // Numbers of rows mean nothing in another file.
    if (now.opened !== before.opened && train.store.getState().run.exclude_rows.length > 0) train.excludeRows([])
    if (now.summary !== before.summary || now.status !== before.status) replan()
  })
  train.store.subscribe((now, before) => {
    if (now.run === before.run) return
    const changed = (['max_length', 'assistant_only_loss', 'completion_only_loss'] as const).some(
      (name) => now.run[name] !== before.run[name],
    )
    if (changed) void data.retokenize()
    else replan()
  })

  tryRoom.store.subscribe((now, before) => {
    if (now.adapter === before.adapter) return
    exporting.forget()
    glass.forgetAfter()
  })

  for (const room of [train, tryRoom, score, exporting]) {
    room.store.subscribe(({ error }, before) => {
      if (error !== before.error && isLoss(error)) model.lost(error)
    })
  }
  engine.onLost?.((error) => model.lost(error))

  const names = () => {
    const { card } = model.store.getState()
    const { summary } = data.store.getState()
    return { card, data: dataName(data.store.getState(), prefs.getState().language), rows: summary?.rowsKept ?? 0 }
  }

  /** An adapter that is gone on with decides its own shape, so the settings follow it. */
  function goOnFromAdapter(wanted: boolean) {
    const { adapter } = tryRoom.store.getState()
    const { run } = train.store.getState()
    train.setContinue(wanted && adapter !== null)
    if (wanted && adapter) train.setRun({ ...run, lora: { ...adapter.lora, lora_dropout: run.lora.lora_dropout } })
  }

  const start = createRunStarter({
    engine,
    archive,
    prefs,
    notices,
    train,
    tryRoom,
    exporting,
    runs,
    download: (record) => downloadAdapter(record),
  })

  /**
   * Trains with what is chosen, to the end; resolves with the run's id, null where none was begun. `name` comes behind
   * the data set's.
   */
  async function beginRun(name = '', onBegun: (runId: string) => void = () => {}): Promise<string | null> {
    notices.clear('run', 'train')
    const { card, data: dataTitle, rows } = names()
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
      await begun
      if (await goOn(record)) await goOnAfterLoss(record.id)
    } catch (error) {
      const way = error instanceof TuneError ? waysOn[error.code] : undefined
      if (way) notices.offer(error, { label: way.label, perform: () => void way.give(record).catch(notices.fail) })
      else notices.fail(error)
    }
  }

  /** Resolves with false where model or data could not be had; their rooms say why. */
  async function goOn(record: RunRecord): Promise<boolean> {
    if (!(await prepareResume(resumeParts, record))) {
      router.go(model.store.getState().status === 'ready' ? 'data' : 'model')
      return false
    }
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

  /** Takes rows out of the next run, or lets them in again; either can be undone. */
  function excludeRows(rows: readonly number[], out: boolean) {
    const { exclude_rows } = train.store.getState().run
    const others = exclude_rows.filter((row) => !rows.includes(row))
    train.excludeRows(out ? [...others, ...rows] : others)
    const undo = { label: 'undo', perform: () => train.excludeRows(exclude_rows) } as const
    if (rows.length > 1) notices.say('rows.allAreIn', {}, undo)
    else notices.say(out ? 'rows.isOut' : 'rows.isIn', { row: rows[0] }, undo)
  }

  /** Losses of rows as they were trained: of the run that was begun here, or of the one whose adapter is loaded. */
  const seenRows = () => {
    const { runId } = train.store.getState()
    return runId ? train.seenRows() : unpackSeen(currentRun()?.seen)
  }

  /** Runs are judged by the rows of this file from now on; null: by held-out rows of the data set. */
  async function openEvalFile(file: File | null) {
    notices.clear('eval', 'data')
    await evalFile.open(file).catch(notices.fail)
  }

  /** Brings back what a run began with, so that another can go on from one of its checkpoints with changed settings. */
  async function branchRun(record: RunRecord, step: number) {
    if (running()) {
      notices.say('intake.busy')
      return
    }
    try {
      if (!(await prepareResume(resumeParts, record))) {
        router.go(model.store.getState().status === 'ready' ? 'data' : 'model')
        return
      }
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

  /** The run whose adapter is loaded, where it is one of ours. */
  const currentRun = () => {
    const { adapterRunId } = tryRoom.store.getState()
    return adapterRunId ? runs.find(adapterRunId) : undefined
  }
  const exportName = () => fileStem(tryRoom.store.getState().adapterName || 'adapter')

  async function downloadAdapter(record: RunRecord | undefined = currentRun()) {
    // Of the run that is going on, what is kept is what it was before.
    const isLive = running() && record?.id === train.store.getState().runId
    // What was scored is written anew, with its scores.
    const scores = record === currentRun() ? await score.ofReadme() : undefined
    const kept = record && !isLive && !scores ? await runs.files(record.id, 'adapter') : []
    const facts = record && { ...factsNow(record), scores }
    await exporting.downloadAdapter(record ? fileStem(record.name) : exportName(), kept, facts ?? { scores })
  }

  const factsNow = ({ name, data: { name: dataName, rows }, run, steps, trainLoss, seconds }: RunRecord): RunFacts => ({
    runName: name,
    dataName,
    rows,
    run,
    outcome: { steps, trainLoss, seconds },
  })

  /** The settings of a link, or of a file or a pasted text, also of another trainer; `name` tells what it is. */
  async function applyRunFile(given: { json: unknown } | { text: string; name?: string }): Promise<boolean> {
    try {
      const read =
        'text' in given ? await readRunFile(given.text, given.name) : { ...parseRunFile(given.json), left: [] }
      train.setRun(read.run, read.warnings, read.left)
      train.show('setup')
      router.go('train')
      return true
    } catch (error) {
      notices.fail(error)
      return false
    }
  }

  /** The newest run that a closed tab left behind, offered at the beginning of a visit. */
  function tellInterrupted() {
    const left = runs.store.getState().list?.find((record) => record.reason === 'interrupted' && canResume(record))
    const waiting = queue.store.getState().entries.filter(({ state }) => state === 'waiting')
    if (waiting.some(({ runId }) => runId !== undefined)) {
      const goOn = {
        label: 'queue.goOn',
        perform: () => (running() ? notices.say('intake.busy') : void queue.start().catch(notices.fail)),
      } as const
      notices.say('queue.wasGoing', { n: waiting.length }, goOn)
      return
    }
    if (!left) return
    const params = { name: left.name, step: left.steps, steps: left.plannedSteps ?? left.steps }
    notices.say('runs.wasInterrupted', params, { label: 'train.resume', perform: () => void resumeRun(left) })
  }

  async function begin(sharedRun: unknown) {
    const opened = runs.open()
    void model.listCached().catch(notices.fail)
    const left = await visit.read()
    if (sharedRun) await applyRunFile({ json: sharedRun })
    else if (left.run) train.setRun(left.run)
    tryRoom.restore(left.answers ?? [])
    queue.restore(left.queue ?? [])
    await model.findGpu(hasWebGpu)
    const { gpu, gpuError } = model.store.getState()
    if (gpuError) return
    if (gpu) await choice.tellMemory(gpu).catch(notices.fail)
    await data.listSamples().catch(notices.fail)
    await restoreData(left)
    visit.follow()
    if (left.model) await model.loadHub(left.model.id, left.model.revision, undefined, left.model.endpoint)
    if (!model.store.getState().card) {
      const { error } = model.store.getState()
      if (error) notices.fail(error)
      await model.loadBuiltin()
    }
    await data.settled()
    const second = left.evalFile ? await visit.file(left.evalFile) : null
    if (second) await openEvalFile(second)
    await opened
    await visit.restoreAdapter(left)
    void visit.tidy(left)
    tellInterrupted()
  }

  /** The data set of before, or the first sample; the model that comes reads it. */
  async function restoreData({ data: kept }: Visit) {
    const { samples, source } = data.store.getState()
    if (source) return
    const file = kept && 'file' in kept ? await visit.file(kept.file) : null
    if (file) return data.choose(file, kept?.mapping)
    const named = kept && 'sample' in kept ? samples.find((sample) => sample.file === kept.sample) : undefined
    const sample = named ?? samples.at(0)
    if (sample) await data.choose(sample, named && kept?.mapping)
  }

  return {
    engine,
    gate,
    prefs,
    router,
    notices,
    overlay,
    model,
    choice,
    pace,
    data,
    train,
    try: tryRoom,
    score,
    exporting,
    runs,
    glass,
    rates,
    queue,
    excludeRows,
    seenRows,
    running,
    isReady,
    /** Hears of any change in the rooms that decide what can be done now. */
    subscribe(listener: () => void): () => void {
      const ends = [model, data, train, tryRoom, score, exporting, rates, queue].map((room) =>
        room.store.subscribe(listener),
      )
      return () => ends.forEach((end) => end())
    },
    async startTraining() {
      await beginRun()
    },
    /** Goes to Train, where the queue's runs are seen one after another. */
    async startQueue() {
      router.go('train')
      await queue.start().catch(notices.fail)
    },
    resumeRun,
    branchRun,
    openEvalFile,
    goOnFromAdapter,
    currentRun,
    exportName,
    applyRunFile,

    /** First moments of a visit: rooms as they were left, or the built-in model and a sample; runs of before. */
    begin(sharedRun: unknown): Promise<void> {
      begun = begin(sharedRun)
      return begun
    },

    downloadAdapter,
    async downloadMerged(to: 'zip' | 'folder') {
      const record = currentRun()
      const keep = exporting.store.getState().keepMerged && record
      await exporting.downloadMerged(
        `${exportName()}-merged`,
        to,
        keep ? (files) => runs.keepFiles(keep.id, 'merged', files, keep.steps) : null,
      )
    },
    async downloadFormat(kind: string) {
      const record = currentRun()
      const facts = { ...(record && factsNow(record)), scores: await score.ofReadme() }
      return exporting.downloadFormat(kind, exportName(), facts)
    },
    async downloadKeptMerged(record: RunRecord) {
      await exporting.saveZip(`${fileStem(record.name)}-merged`, await runs.files(record.id, 'merged'))
    },
    /** A project that goes on with the run on larger machines: its model and data set are opened first. */
    async handOver(record: RunRecord) {
      const step = handoverStep(record)
      if (step === null || running()) return
      if (!(await prepareResume(resumeParts, record))) {
        router.go(model.store.getState().status === 'ready' ? 'data' : 'model')
        return
      }
      const checkpoint = await archive.checkpointFolder(record.id, step)
      await exporting.downloadHandover(`${fileStem(record.name)}-handover`, checkpoint, record.model.id)
    },
    /** Puts a kept run's adapter, as it ended or as it was at a checkpoint, on the loaded model and goes to Try. */
    async tryRun(record: RunRecord, step?: number) {
      router.go('try')
      const files =
        step === undefined ? await runs.files(record.id, 'adapter') : await archive.checkpointAdapter(record.id, step)
      const name = step === undefined ? record.name : `${record.name} · ${step}`
      await tryRoom.loadAdapter(name, files, step === undefined ? record.id : null)
    },
    /** Says everything in another language, once its words are here. */
    async chooseLanguage(language: Language) {
      try {
        await loadWords(language)
        prefs.setState({ language })
      } catch (error) {
        notices.fail(fail('http-unreachable', { url: baseUrl }, error))
      }
    },
    reuseSettings(run: RunFile) {
      train.setRun(structuredClone(run))
      train.show('setup')
      router.go('train')
    },
  }
}
export type Studio = ReturnType<typeof createStudio>
