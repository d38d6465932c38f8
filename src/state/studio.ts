import type { Engine } from '../engine/types'
import { recommendedRun } from '../train/run-file'
import { parseRunFile } from '../train/parse-run-file'
import type { RunFile } from '../train/run-file'
import { readBlobs } from './blob-folder'
import { createDataRoom } from './data-room'
import { createExportRoom } from './export-room'
import type { Saver } from './export-room'
import { createModelRoom } from './model-room'
import { createNotices } from './notices'
import type { PrefsStore } from './prefs'
import { presetFor } from './presets'
import type { Router } from './router'
import type { RunArchive, RunRecord } from './run-record'
import { bytesOf } from './run-record'
import { createRunsRoom } from './runs-room'
import { createTrainRoom, factsOf, isRunning } from './train-room'
import { createTryRoom } from './try-room'
import { dataName, fileStem, runName } from './names'

export interface StudioParts {
  engine: Engine
  archive: RunArchive
  saver: Saver
  prefs: PrefsStore
  router: Router
  /** Whether the browser offers WebGPU at all. */
  hasWebGpu: boolean
  /** Address of the page, without hash: samples lie beside it. */
  baseUrl: string
}

const PLAN_DELAY_MS = 120

/** The rooms, and what one of them means for the others. */
export function createStudio({ engine, archive, saver, prefs, router, hasWebGpu, baseUrl }: StudioParts) {
  const notices = createNotices()
  const model = createModelRoom(engine, prefs)
  const train = createTrainRoom(engine)
  const data = createDataRoom(engine, () => train.store.getState().run, baseUrl)
  const tryRoom = createTryRoom(engine)
  const exporting = createExportRoom(engine, saver)
  const runs = createRunsRoom(archive, notices)

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

  // A new model brings its own tokenizer and has no adapter yet.
  model.store.subscribe((now, before) => {
    if (now.card === before.card) return
    tryRoom.adapterIs('', null)
    train.setContinue(false)
    if (now.card) {
      train.suggest(presetFor(now.card))
      void data.reload()
    }
    replan()
  })
  data.store.subscribe((now, before) => {
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

  async function startTraining() {
    const { card, data: dataTitle, rows } = names()
    if (running() || !card || !isReady()) return
    if (train.store.getState().continueAdapter) goOnFromAdapter(true)
    const run = train.store.getState().run
    const id = crypto.randomUUID()
    const startedAt = Date.now()
    const outcome = await train.train(id)
    if (!outcome) return
    const name = runName(fileStem(dataTitle), runs.store.getState().list ?? [])
    const facts = factsOf(name, dataTitle, rows, run, outcome)
    tryRoom.adapterIs(name, id)
    try {
      const files = await exporting.writeAdapter(facts)
      const record: RunRecord = {
        id,
        name,
        startedAt,
        model: { id: card.id, name: card.name, source: card.source },
        data: { name: dataTitle, rows },
        run,
        curve: [...train.points()],
        reason: outcome.reason,
        steps: outcome.steps,
        seconds: outcome.seconds,
        trainLoss: outcome.trainLoss,
        trainerState: outcome.trainerState,
        adapterBytes: bytesOf(files),
        mergedBytes: 0,
      }
      await archive.putFiles(id, 'adapter', files)
      await runs.put(record)
    } catch (error) {
      notices.fail(error)
    } finally {
      train.finish(outcome)
    }
  }

  /** The run whose adapter is loaded, where it is one of ours. */
  const currentRun = () => {
    const { adapterRunId } = tryRoom.store.getState()
    return adapterRunId ? runs.find(adapterRunId) : undefined
  }
  const exportName = () => fileStem(tryRoom.store.getState().adapterName || 'adapter')

  function applyRunFile(json: unknown): boolean {
    try {
      const { run, warnings } = parseRunFile(json, recommendedRun)
      train.setRun(run, warnings)
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
    prefs,
    router,
    notices,
    model,
    data,
    train,
    try: tryRoom,
    exporting,
    runs,
    running,
    isReady,
    /** Hears of any change in the rooms that decide what can be done now. */
    subscribe(listener: () => void): () => void {
      const ends = [model, data, train, tryRoom, exporting].map((room) => room.store.subscribe(listener))
      return () => ends.forEach((end) => end())
    },
    startTraining,
    goOnFromAdapter,
    currentRun,
    exportName,
    applyRunFile,

    /** First moments of a visit: the built-in model, a sample, the runs of before. */
    async begin(sharedRun: unknown) {
      void runs.open()
      if (sharedRun) applyRunFile(sharedRun)
      await model.findGpu(hasWebGpu)
      if (model.store.getState().gpuError) return
      await Promise.all([model.loadBuiltin(), data.listSamples().catch(notices.fail)])
      const { samples, source } = data.store.getState()
      if (!source && samples.length > 0) await data.openSample(sampleFor(samples, prefs.getState().language))
    },

    async downloadAdapter(record: RunRecord | undefined = currentRun()) {
      const kept = record ? await runs.files(record.id, 'adapter') : []
      await exporting.downloadAdapter(record ? fileStem(record.name) : exportName(), kept)
    },
    async downloadMerged(to: 'zip' | 'folder') {
      const record = currentRun()
      const keep = exporting.store.getState().keepMerged && record
      await exporting.downloadMerged(
        `${exportName()}-merged`,
        to,
        keep ? (files) => runs.keepFiles(keep.id, 'merged', files) : null,
      )
    },
    async downloadKeptMerged(record: RunRecord) {
      await exporting.saveZip(`${fileStem(record.name)}-merged`, await runs.files(record.id, 'merged'))
    },
    /** Puts a kept run's adapter on the loaded model and goes to Try. */
    async tryRun(record: RunRecord) {
      router.go('try')
      await tryRoom.loadAdapter(readBlobs(record.name, await runs.files(record.id, 'adapter')), record.name, record.id)
    },
    reuseSettings(run: RunFile) {
      train.setRun(structuredClone(run))
      train.show('setup')
      router.go('train')
    },
  }
}
export type Studio = ReturnType<typeof createStudio>

function sampleFor<T extends { file: string }>(samples: readonly T[], language: string): T {
  return samples.find((sample) => new RegExp(`\\b${language}\\b`).test(sample.file)) ?? samples[0]
}
