import type { ChatTokenizer } from '../../data/index'
import { fail } from '../../errors/index'
import { serializeError } from '../../errors/serialize'
import type { Place } from '../../formats/whole-folder'
import type { ByteSource, FileFolder, WritableFolder } from '../../contracts/bytes'
import { modelFingerprint } from '../../model/opening/fingerprint'
import type { OpenedModel } from '../../model/opening/open-model'
import { openModelFolder } from '../../model/opening/open-model'
import type { Gpu, GpuMemory } from '../../gpu/device'
import type { LanguageModel } from '../../model/language-model'
import { holdOut } from '../../train/hold-out'
import { measureRate } from '../../train/measure-rate'
import { RunControl } from '../../train/run-control'
import type { SteeringChange } from '../../run-file/history'
import type { RunFile } from '../../run-file/run-file'
import { recommendedRun } from '../../run-file/run-file'
import { answer, answerMany, promptIds } from './answer'
import { evaluateRows } from './evaluate'
import { findRate } from './find-rate'
import type { CardWords, ClientAsset, HandoverData } from '../../contracts/exports'
import { writeHandover } from '../../exporters/handover/write-handover'
import { fitModels } from './fit-models'
import { readmeOfFolder } from '../../exporters/cards/folder-readme'
import { exporterOf, runExport } from '../../exporters/index'
import { withManifest } from '../../formats/manifest'
import { findCheckpoint } from '../../train/find-checkpoint'
import { questionsOf } from './questions'
import { gpuSummary } from './gpu-summary'
import { EngineData } from './engine-data'
import { EngineDevice } from './engine-device'
import { adapterCard, attachAdapter, attachMixed } from './load-adapter'
import { modelCard } from './model-card'
import { openData, tokenizerOf } from './open-data'
import { planRun } from './plan-run'
import type { Platform } from './platform'
import { previewRow } from './preview'
import { rowTokens } from './row-tokens'
import { TaskQueue } from './task-queue'
import { runTraining } from './training'
import type {
  DataSource,
  Engine,
  ExportOptions,
  ModelCard,
  ModelOutline,
  ModelSource,
  RateSearchOptions,
  TrainOptions,
} from '../api/types'
import type { GenerateRequest, GenerateResult } from '../../contracts/answers'
import type { ProgressListener } from '../../contracts/progress'
import type { RatePoint } from '../../contracts/rate'
import type { DataOptions, DataSummary } from '../../contracts/data'
import type { AdapterCard, WeightedFolder } from '../../contracts/lora'
import type { TrainEvent } from '../../contracts/events'

/** model/load.ts's loadLanguageModel; handed in, so that the engine is tested without a GPU. */
export type ModelLoader = (
  gpu: Gpu,
  opened: OpenedModel,
  on: (progress: { tensor: string; bytesDone: number; bytesTotal: number }) => void,
  signal: AbortSignal | undefined,
  options: { loadIn4bit: boolean; doubleQuant: boolean },
) => Promise<LanguageModel>

interface Loaded {
  opened: OpenedModel
  tokenizer: ChatTokenizer
  model: LanguageModel
  card: ModelCard
  quantization: RunFile['quantization']
}

/** The Engine itself, the same in a browser's worker and in Node; `platform` brings what differs. */
export function createEngine(platform: Platform, loadWeights: ModelLoader): Engine {
  return new EngineCore(platform, loadWeights)
}

class EngineCore implements Engine {
  private readonly platform: Platform
  private readonly loadWeights: ModelLoader
  private readonly tasks = new TaskQueue()
  private readonly device: EngineDevice
  private readonly data: EngineData
  private loaded: Loaded | null = null
  private adapterFacts: AdapterCard | null = null
  private control: RunControl | null = null

  constructor(platform: Platform, loadWeights: ModelLoader) {
    this.platform = platform
    this.loadWeights = loadWeights
    this.device = new EngineDevice(platform, () => {
      this.loaded = null
      this.adapterFacts = null
    })
    this.data = new EngineData((...request) => this.tokenized(...request))
  }

  async gpu() {
    const { gpu, tuning } = await this.device.open()
    return gpuSummary(gpu, tuning)
  }

  async tune() {
    return this.tasks.only('tune', async () => {
      const { gpu, tuning } = await this.device.tune()
      return gpuSummary(gpu, tuning)
    })
  }

  async loadModel(
    source: ModelSource,
    on?: ProgressListener,
    signal?: AbortSignal,
    quantization: RunFile['quantization'] = recommendedRun.quantization,
  ): Promise<ModelCard> {
    return this.tasks.only('load-model', async () => {
      const began = performance.now()
      on?.({ phase: 'list', done: 0, total: 0, unit: 'bytes' })
      const opened = await openModelFolder(await this.openSource(source, on, signal))
      const tokenizer = await tokenizerOf(opened)
      signal?.throwIfAborted()
      // The old model goes first: both together may not fit.
      this.dropModel()
      const { gpu } = await this.device.open()
      const options = { loadIn4bit: quantization.load_in_4bit, doubleQuant: quantization.bnb_4bit_use_double_quant }
      const model = await this.device.alive(this.loadWeights(gpu, opened, byteProgress(on), signal, options))
      const card = modelCard(source, opened, tokenizer, model, (performance.now() - began) / 1000)
      this.loaded = { opened, tokenizer, model, card, quantization }
      return card
    })
  }

  async setGpuMemory(memory: GpuMemory | null): Promise<void> {
    await this.device.setMemory(memory)
  }

  async fitModels(models: readonly ModelOutline[], run: RunFile, tokens: number) {
    return fitModels((await this.device.open()).gpu, models, run, tokens)
  }

  model(): ModelCard | null {
    return this.loaded?.card ?? null
  }

  async unloadModel(): Promise<void> {
    return this.tasks.only('unload-model', async () => this.dropModel())
  }

  async loadData(source: DataSource, options: DataOptions, on?: ProgressListener, signal?: AbortSignal) {
    return this.data.load(await this.openDataSource(source), options, on, signal)
  }

  async remapData(options: DataOptions, on?: ProgressListener) {
    return this.data.remap(options, on)
  }

  async loadEvalData(
    source: DataSource | null,
    options: DataOptions,
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<DataSummary | null> {
    return this.data.loadSecond(source && (await this.openDataSource(source)), options, on, signal)
  }

  /** Runs beside other work, which it does not touch. Ids of a model that was replaced meanwhile are worth nothing. */
  private async tokenized(source: ByteSource, options: DataOptions, on?: ProgressListener, signal?: AbortSignal) {
    const loaded = this.needModel()
    const data = await openData(source, loaded.tokenizer, loaded.opened.config, options, on, signal)
    if (this.loaded !== loaded) throw new DOMException('another model was loaded meanwhile', 'AbortError')
    return data
  }

  async previewRows(from: number, count: number) {
    const { tokenizer } = this.needModel()
    return this.data
      .need()
      .rows.slice(from, from + count)
      .map((row) => previewRow(row, tokenizer))
  }

  async *tokenRows() {
    for (const { row, inputIds, labels } of this.data.need().rows) yield { row, inputIds, labels }
  }

  async planRun(run: RunFile) {
    const { rows, second } = this.data.runRows()
    return planRun(this.needModel().model, rows, second, run)
  }

  async measureRate(run: RunFile, signal?: AbortSignal) {
    const { model, tokenizer } = this.needModel()
    const all = this.data.runRows()
    const { train: rows } = holdOut(all.rows, all.second, run)
    return this.tasks.only('measure', () => this.device.alive(measureRate(model, rows, run, tokenizer.padId, signal)))
  }

  async train(run: RunFile, options: TrainOptions, on: (event: TrainEvent) => void) {
    const { model, opened, tokenizer, quantization, card } = this.needModel()
    const rows = this.data.runRows()
    sameQuantization(quantization, run.quantization)
    return this.tasks.only('train', async () => {
      const control = new RunControl()
      this.control = control
      try {
        const kept = options.checkpoints ? null : await this.ownPlace(options, on)
        const { vocabSize, hiddenSize } = opened.config
        const parts = {
          control,
          tokenizer,
          blockParameters: opened.parameters - vocabSize * hiddenSize,
          baseModel: card.id,
          modelPrint: (like?: string) => modelFingerprint(opened, like),
          place: options.checkpoints ?? kept ?? null,
          safety: Boolean(kept),
          onAdapter: (adapter: AdapterCard) => {
            this.adapterFacts = adapter
            on({ kind: 'adapter', card: adapter })
          },
        }
        return await this.device.alive(runTraining(model, rows, run, options, parts, on))
      } finally {
        this.control = null
        this.adapterFacts = this.loaded && adapterCard(this.loaded.model, this.loaded.card.id)
      }
    })
  }

  async findRate(
    run: RunFile,
    options: RateSearchOptions,
    on?: (point: RatePoint, step: number, steps: number) => void,
    signal?: AbortSignal,
  ) {
    const { model, tokenizer, quantization } = this.needModel()
    const rows = this.data.runRows()
    sameQuantization(quantization, run.quantization)
    const { padId } = tokenizer
    return this.tasks.only('find-rate', () =>
      this.device.alive(findRate(model, rows, run, { ...options, padId }, on, signal)),
    )
  }

  /** Where the platform keeps a run's checkpoints. Without room for even a folder the run goes on without them. */
  private async ownPlace({ runId, resumeFrom }: TrainOptions, on: (event: TrainEvent) => void): Promise<Place | null> {
    try {
      return (await this.platform.checkpoints?.(runId)) ?? null
    } catch (error) {
      if (resumeFrom === 'kept') throw error
      const reason = serializeError(error)
      const text = fail('train-checkpoint-failed', { step: 0, last: null, reason }, error).toJSON()
      on({ kind: 'message', level: 'warning', text })
      return null
    }
  }

  pause(): void {
    this.control?.pause()
  }

  resume(): void {
    this.control?.resume()
  }

  steer(change: SteeringChange): void {
    this.control?.steer(change)
  }

  stop(): void {
    this.control?.stop()
  }

  async loadAdapter(folder: FileFolder): Promise<AdapterCard> {
    const { model } = this.needModel()
    return this.tasks.only('load-adapter', async () => {
      const card = await this.device.alive(attachAdapter(model, folder))
      this.adapterFacts = card
      return card
    })
  }

  async mixAdapters(parts: readonly WeightedFolder[]): Promise<AdapterCard> {
    const { model } = this.needModel()
    return this.tasks.only('load-adapter', async () => {
      const card = await this.device.alive(attachMixed(model, parts))
      this.adapterFacts = card
      return card
    })
  }

  adapter(): AdapterCard | null {
    return this.adapterFacts
  }

  async removeAdapter(): Promise<void> {
    return this.tasks.only('remove-adapter', async () => {
      this.loaded?.model.detachLora()
      this.adapterFacts = null
    })
  }

  async evaluate(options: { useAdapter: boolean; batchSize?: number }, on?: ProgressListener, signal?: AbortSignal) {
    this.data.need()
    return this.short('evaluate', signal, ({ model, tokenizer }, both) => {
      const useAdapter = options.useAdapter && model.lora !== null
      return evaluateRows(model, this.data.need().rows, { ...options, useAdapter, padId: tokenizer.padId }, on, both)
    })
  }

  async rowTokens(row: number, signal?: AbortSignal) {
    this.data.need()
    return this.short('evaluate', signal, ({ model, tokenizer }, both) => {
      const found = this.data.need().rows.find((one) => one.row === row)
      if (!found) throw fail('engine-no-row', { row })
      return rowTokens(model, found, tokenizer, both)
    })
  }

  async rowsOf(source: DataSource, data: DataOptions) {
    const { rows } = await this.tokenized(await this.openDataSource(source), data)
    return rows.map(({ row }) => row)
  }

  async evaluateOn(
    source: DataSource,
    data: DataOptions,
    options: { useAdapter: boolean; batchSize?: number; rows?: readonly number[] },
    on?: ProgressListener,
    signal?: AbortSignal,
  ) {
    const all = await this.tokenized(await this.openDataSource(source), data, undefined, signal)
    const wanted = options.rows && new Set(options.rows)
    const rows = wanted ? all.rows.filter(({ row }) => wanted.has(row)) : all.rows
    return this.short('evaluate', signal, ({ model, tokenizer }, both) => {
      const useAdapter = options.useAdapter && model.lora !== null
      return evaluateRows(model, rows, { ...options, useAdapter, padId: tokenizer.padId }, on, both)
    })
  }

  async questionsOf(source: DataSource, options?: Pick<DataOptions, 'mapping'>) {
    return questionsOf(await this.openDataSource(source), options)
  }

  async promptTokens(prompts: readonly Pick<GenerateRequest, 'messages' | 'tools'>[]) {
    const { tokenizer } = this.needModel()
    return prompts.map((prompt) => promptIds(tokenizer, prompt).length)
  }

  async setAdapterStrength(strength: number): Promise<void> {
    return this.short('generate', undefined, async ({ model }) => model.setAdapterStrength(strength))
  }

  async generate(request: GenerateRequest, onText: (text: string, tokens: number) => void, signal?: AbortSignal) {
    return this.short('generate', signal, ({ model, tokenizer }, both) =>
      answer(model, tokenizer, request, onText, both),
    )
  }

  async handover(checkpoint: FileFolder, baseId: string, out: WritableFolder, words?: CardWords) {
    const { opened } = this.needModel()
    const { rows, ...data } = this.data.needSource()
    const found = await findCheckpoint(checkpoint)
    const both: HandoverData = { along: 'both', id: null, split: 'train' }
    const parts = { found, opened, rows, data: { ...data, ...both }, model: baseId, words }
    const { value } = await withManifest(out, {}, (into) => writeHandover(parts, into))
    return value
  }

  async adapterReadme(folder: FileFolder, { facts, ...settings }: ExportOptions = {}) {
    return readmeOfFolder(folder, settings, facts)
  }

  async generateMany(
    requests: readonly GenerateRequest[],
    onAnswer: (index: number, result: GenerateResult) => void,
    signal?: AbortSignal,
  ) {
    return this.short('generate', signal, ({ model, tokenizer }, both) =>
      answerMany(model, tokenizer, requests, onAnswer, both),
    )
  }

  async export(
    kind: string,
    out: WritableFolder,
    { facts, ...settings }: ExportOptions = {},
    on?: ProgressListener,
    signal?: AbortSignal,
  ) {
    const { takes } = exporterOf(kind)
    const work = async ({ model, opened, tokenizer, card }: Loaded, ends?: AbortSignal) => {
      const { lora } = model
      const source = {
        opened,
        tokenizer,
        baseModel: card.id,
        adapter: lora && !settings.withoutAdapter ? { lora, pairs: await model.readLora() } : null,
        dequantizedRows:
          settings.base === 'dequantized'
            ? (...row: Parameters<LanguageModel['dequantizedRows']>) => model.dequantizedRows(...row)
            : undefined,
        seenLogits: (ids: Int32Array) => model.logits(ids, !settings.withoutAdapter),
        asset: (name: ClientAsset) => this.platform.asset(name),
        facts,
      }
      return runExport(kind, source, settings, out, on, ends)
    }
    // An adapter is small enough to be written beside a run that is paused; a model waits for its turn.
    if (takes === 'adapter') return this.short('export', signal, work)
    this.needModel()
    return this.tasks.next('export', async () => this.device.alive(work(this.needModel(), signal)))
  }

  async dispose(): Promise<void> {
    this.control?.stop()
    this.dropModel()
    this.device.destroy()
  }

  /**
   * Work that reads the model: in its turn, on the model that is loaded then, or beside a run that is paused, which
   * ends it when it goes on.
   */
  private async short<T>(
    task: string,
    signal: AbortSignal | undefined,
    work: (on: Loaded, signal?: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.needModel()
    const { control } = this
    const run = (ends?: AbortSignal) => this.device.alive(work(this.needModel(), ends))
    if (!control?.resting) return this.tasks.next(task, async () => run(signal))
    return control.beside((goesOn) => run(signal ? AbortSignal.any([signal, goesOn]) : goesOn))
  }

  private needModel(): Loaded {
    if (!this.loaded) throw fail('engine-no-model', {})
    return this.loaded
  }

  private dropModel(): void {
    this.loaded?.model.destroy()
    this.loaded = null
    this.adapterFacts = null
    this.data.dropIds()
  }

  private async openSource(source: ModelSource, on?: ProgressListener, signal?: AbortSignal): Promise<FileFolder> {
    switch (source.kind) {
      case 'builtin':
        return this.platform.builtinModel()
      case 'files':
        return this.platform.folderOfFiles(source.name, source.files)
      case 'folder':
        return source.folder
      case 'hub':
        if (!this.platform.hub) throw fail('engine-no-hub', { id: source.id })
        return this.platform.hub(source, on, signal)
    }
  }

  private openDataSource(source: DataSource): Promise<ByteSource> {
    switch (source.kind) {
      case 'file':
        return Promise.resolve(this.platform.sourceOfFile(source.file))
      case 'bytes':
        return Promise.resolve(source.source)
      case 'sample':
        return this.platform.sample(source.name)
    }
  }
}

/** Bytes read so far, with the rate and the time left. */
function byteProgress(on?: ProgressListener) {
  const began = performance.now()
  return ({ tensor, bytesDone, bytesTotal }: { tensor: string; bytesDone: number; bytesTotal: number }) => {
    const perSecond = bytesDone / ((performance.now() - began) / 1000)
    const etaSeconds = perSecond > 0 ? (bytesTotal - bytesDone) / perSecond : undefined
    on?.({ phase: 'quantize', item: tensor, done: bytesDone, total: bytesTotal, unit: 'bytes', perSecond, etaSeconds })
  }
}

/** The base was quantised when the model was loaded; a run that wants another base needs another load. */
function sameQuantization(loaded: RunFile['quantization'], wanted: RunFile['quantization']): void {
  for (const field of ['load_in_4bit', 'bnb_4bit_use_double_quant'] as const) {
    if (loaded[field] !== wanted[field]) {
      throw fail('engine-quantization-differs', { field, loaded: String(loaded[field]), wanted: String(wanted[field]) })
    }
  }
}
