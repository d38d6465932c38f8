import { answersOnTheWay } from './answers-on-the-way'
import { createStore } from 'zustand/vanilla'
import type { SeenRow } from '../contracts/evaluation'
import type { Ledger } from '../contracts/ledger'
import type { Engine } from '../engine/api/types'
import { fail } from '../errors'
import { cardWords, loadWords, translate } from '../i18n'
import type { Language } from '../i18n'
import { parseRunFile } from '../run-file/parse-run-file'
import { readRunFile } from '../run-file/read-run-file'
import type { HubLibrary } from '../storage/hub-library'
import type { RunFile } from '../run-file/run-file'
import { createDataRoom, isDataOf } from './data-room'
import { createEvalFile } from './eval-file'
import { createExportCheck } from './export-check'
import type { CheckParts } from './export-check'
import { createExportDoors } from './export-doors'
import { createExportRoom } from './export-room'
import type { Saver } from './export-room'
import { createModelChoice } from './model-choice'
import { createModelRoom } from './model-room'
import { createNotices } from './notices'
import type { PrefsStore } from './prefs'
import type { Router } from './router'
import type { RunArchive, RunRecord } from './run-record'
import { createRateSearch } from './rate-search'
import { createRunQueue } from './run-queue'
import { createRunDoors } from './run-doors'
import type { Ask } from './run-doors'
import { createRunPace } from './run-pace'
import { createRunStarter } from './run-starter'
import { createRowsGlass } from './rows-glass'
import { createRunPacks } from './run-packs'
import { createRunsRoom } from './runs-room'
import { unpackSeen } from './seen-rows'
import { createTrainRoom, isRunning } from './train-room'
import { createScoreRoom } from './score-room'
import type { MixPart } from './try-room'
import { createTryRoom } from './try-room'
import { createVisitStart } from './visit-start'
import { linkRooms } from './room-links'
import { createVisitKeeper } from './keep-visit'
import { dataName } from './names'
import type { VisitStore } from './visit-store'

export interface StudioParts {
  engine: Engine
  /** One beside it, for a second model, or an export that is opened again. */
  anotherEngine(): Engine
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
  /** Opens llama.cpp in the tab, which reads GGUF exports again. */
  startWllama: CheckParts['startWllama']
  gate: { allow(endpoint: string): Promise<void>; ledger(): Promise<Ledger | null> }
  ask: Ask
}

/** What lies over the page. */
interface OverlayState {
  open: 'palette' | 'keys' | null
}

const NO_ROWS: readonly SeenRow[] = []

/** The rooms, and what is done with several of them. */
export function createStudio(parts: StudioParts) {
  const { archive, library, saver, prefs, router, hasWebGpu, baseUrl, visits, ask, gate } = parts
  const notices = createNotices()
  const pace = createRunPace(parts.engine, notices)
  const { engine } = pace
  const overlay = createStore<OverlayState>(() => ({ open: null }))
  prefs.whenRefused(notices.fail)
  const model = createModelRoom(engine, prefs, library, notices, gate.allow)
  const choice = createModelChoice(engine, prefs)
  const cache = () => {
    const hasF16 = model.store.getState().gpu?.features.includes('shader-f16')
    return hasF16 ? prefs.getState().answerCache : 'f32'
  }
  const train = createTrainRoom(engine, () => answersOnTheWay(prefs.getState(), cache()))
  const data = createDataRoom(engine, () => train.store.getState().run, baseUrl)
  const tryRoom = createTryRoom(engine, cache)
  const words = () => cardWords(prefs.getState().language)
  const exporting = createExportRoom({
    engine,
    saver,
    cardWords: words,
    allow: gate.allow,
    check: createExportCheck({
      startWllama: parts.startWllama,
      openEngine: parts.anotherEngine,
      engine,
      collect: saver.collect,
      subject: () => tryRoom.store.getState().adapter ?? model.store.getState().card,
    }).check,
    questions: () => [...prefs.getState().pinnedPrompts, ...(data.store.getState().summary?.prompts ?? [])],
  })
  const score = createScoreRoom(engine, {
    cache,
    allow: gate.allow,
    hubEndpoint: () => prefs.getState().hubEndpoint,
    anotherEngine: parts.anotherEngine,
    pastedName: (n) => translate(prefs.getState().language, 'score.documents.pasted', { n }),
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
    onChange: () => links.replan(),
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
    start: (name, onBegun) => doors.beginRun(name, onBegun),
    resume: (record) => doors.resumeRun(record),
    find: (id) => runs.find(id),
    error: () => train.store.getState().error ?? train.store.getState().planError,
  })
  const visit = createVisitKeeper({ store: visits, notices, model, data, train, tryRoom, score, runs, queue })
  /** The beginning of the visit: what is started waits for it. */
  let begun: Promise<void> = Promise.resolve()

  const running = () => isRunning(train.store.getState().phase)
  const isReady = () => {
    const { status, summary } = data.store.getState()
    return model.store.getState().status === 'ready' && status === 'ready' && (summary?.rowsKept ?? 0) > 0
  }

  const rooms = { notices, model, data, train, tryRoom, score, exporting, runs }
  const links = linkRooms({ ...rooms, prefs, engine, glass, evalFile, isReady })
  const start = createRunStarter({
    ...rooms,
    engine,
    cache,
    smallSets: score.smallSets,
    archive,
    prefs,
    download: (record) => ways.downloadAdapter(record),
  })
  const doors = createRunDoors({
    ...rooms,
    engine,
    archive,
    prefs,
    router,
    evalFile,
    ask,
    start,
    isReady,
    keptFile: visit.file,
    begun: () => begun,
  })
  const ways = createExportDoors({ ...rooms, archive, prefs, bringBack: doors.bringBack })
  const begin = createVisitStart({
    ...rooms,
    choice,
    queue,
    visit,
    hasWebGpu,
    applyRunFile,
    openEvalFile,
    resumeRun: doors.resumeRun,
  })

  /** Takes rows out of the next run, or lets them in again; either can be undone. */
  function excludeRows(rows: readonly number[], out: boolean) {
    const { exclude_rows } = train.store.getState().run
    const others = exclude_rows.filter((row) => !rows.includes(row))
    train.excludeRows(out ? [...others, ...rows] : others)
    const undo = { label: 'undo', perform: () => train.excludeRows(exclude_rows) } as const
    if (rows.length > 1) notices.say('rows.allAreIn', {}, undo)
    else notices.say(out ? 'rows.isOut' : 'rows.isIn', { row: rows[0] }, undo)
  }

  /**
   * Losses of rows as they were trained: of the run that was begun here, or of the one whose adapter is loaded; none
   * where it learnt from another set than the one that is open.
   */
  const seenRows = (): readonly SeenRow[] => {
    const { runId } = train.store.getState()
    const record = runId ? runs.find(runId) : ways.currentRun()
    if (!record || !isDataOf(data.store.getState(), record)) return NO_ROWS
    return runId ? train.seenRows() : unpackSeen(record.seen)
  }

  /** Runs are judged by the rows of this file from now on; null: by held-out rows of the data set. */
  async function openEvalFile(file: File | null) {
    notices.clear('eval', 'data')
    await evalFile.open(file).catch(notices.fail)
  }

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
    packs: createRunPacks({ runs, saver, hub: () => prefs.getState().hubEndpoint }),
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
      await doors.beginRun()
    },
    /** Goes to Train, where the queue's runs are seen one after another. */
    async startQueue() {
      router.go('train')
      await queue.start().catch(notices.fail)
    },
    resumeRun: doors.resumeRun,
    branchRun: doors.branchRun,
    openEvalFile,
    goOnFromAdapter: doors.goOnFromAdapter,
    ...ways,
    applyRunFile,

    begin(sharedRun: unknown): Promise<void> {
      begun = begin(sharedRun)
      return begun
    },

    /** Puts a kept run's adapter, as it ended or as it was at a checkpoint, on the loaded model and goes to Try. */
    async tryRun(record: RunRecord, step?: number) {
      router.go('try')
      const files =
        step === undefined ? await runs.files(record.id, 'adapter') : await archive.checkpointAdapter(record.id, step)
      const name = step === undefined ? record.name : `${record.name} · ${step}`
      await tryRoom.loadAdapter(name, files, step === undefined ? record.id : null)
    },
    /**
     * The adapter that is there with a weight, and another run's, as one; alone: the strength that was tried is kept.
     * The sum is nobody's run: it can be asked, scored and exported.
     */
    async mixAdapters(weight: number, other: { record: RunRecord; weight: number } | null): Promise<void> {
      if (running()) return
      const { adapterName } = tryRoom.store.getState()
      const parts: MixPart[] = [{ name: adapterName, files: await exporting.writeAdapter(), weight }]
      if (other) {
        const { id, name } = other.record
        parts.push({ name, files: await runs.files(id, 'adapter'), weight: other.weight })
      }
      const name = parts.map((part) => `${part.name} ${Math.round(part.weight * 100)} %`).join(' + ')
      await tryRoom.mixAdapters(name, parts, () => exporting.writeAdapter())
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
