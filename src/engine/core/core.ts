import { fail } from '../../errors/index'
import type { FileFolder, WritableFolder } from '../../contracts/bytes'
import type { GpuMemory } from '../../gpu/device'
import { holdOut } from '../../train/hold-out'
import { measureRate } from '../../train/measure-rate'
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
import { exporterOf } from '../../exporters/index'
import { withManifest } from '../../formats/manifest'
import { findCheckpoint } from '../../train/find-checkpoint'
import { questionsOf } from './questions'
import { gpuSummary } from './gpu-summary'
import { DataReader } from './data-reader'
import { EngineData } from './engine-data'
import { EngineDevice } from './engine-device'
import { EngineModel, type Loaded, type ModelLoader } from './engine-model'
import { EngineRun } from './engine-run'
import { attachAdapter, attachMixed } from './load-adapter'
import { planRun } from './plan-run'
import type { Platform } from './platform'
import { previewRow } from './preview'
import { rowTokens } from './row-tokens'
import { TaskQueue } from './task-queue'
import { writeExport } from './write-export'
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
import type { DataOptions, DataSummary, TokenizedRow } from '../../contracts/data'
import type { AdapterCard, WeightedFolder } from '../../contracts/lora'
import type { TrainEvent } from '../../contracts/events'

/** The Engine itself, the same in a browser's worker and in Node; `platform` brings what differs. */
export function createEngine(platform: Platform, loadWeights: ModelLoader): Engine {
  return new EngineCore(platform, loadWeights)
}

class EngineCore implements Engine {
  private readonly platform: Platform
  private readonly tasks = new TaskQueue()
  private readonly device: EngineDevice
  private readonly reader: DataReader
  private readonly data: EngineData
  private readonly held: EngineModel
  private readonly run: EngineRun

  constructor(platform: Platform, loadWeights: ModelLoader) {
    this.platform = platform
    this.device = new EngineDevice(platform, () => this.held.lost())
    this.held = new EngineModel(platform, this.device, loadWeights)
    this.reader = new DataReader(platform, this.held)
    this.data = new EngineData((...request) => this.reader.tokenize(...request))
    const { device, held: model, data, tasks } = this
    this.run = new EngineRun({ platform, device, model, data, tasks })
  }

  async gpu() {
    const { gpu, tuning } = await this.device.open()
    return gpuSummary(gpu, tuning)
  }

  async tune() {
    return this.tasks.only('tune', async () => {
      const { gpu, tuning } = await this.device.tune()
      // They keep the kernels of before.
      this.held.loaded?.model.dropEvaluators()
      return gpuSummary(gpu, tuning)
    })
  }

  async loadModel(
    source: ModelSource,
    on?: ProgressListener,
    signal?: AbortSignal,
    quantization: RunFile['quantization'] = recommendedRun.quantization,
  ): Promise<ModelCard> {
    return this.tasks.only('load-model', () =>
      this.held.load(source, quantization, () => this.data.dropIds(), on, signal),
    )
  }

  async setGpuMemory(memory: GpuMemory | null): Promise<void> {
    await this.device.setMemory(memory)
  }

  async fitModels(models: readonly ModelOutline[], run: RunFile, tokens: number) {
    return fitModels((await this.device.open()).gpu, models, run, tokens)
  }

  model(): ModelCard | null {
    return this.held.loaded?.card ?? null
  }

  async unloadModel(): Promise<void> {
    return this.tasks.only('unload-model', async () => this.dropModel())
  }

  async loadData(source: DataSource, options: DataOptions, on?: ProgressListener, signal?: AbortSignal) {
    return this.data.load(await this.reader.open(source), options, on, signal)
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
    return this.data.loadSecond(source && (await this.reader.open(source)), options, on, signal)
  }

  async previewRows(from: number, count: number) {
    const { tokenizer } = this.held.need()
    return this.data
      .need()
      .rows.slice(from, from + count)
      .map((row) => previewRow(row, tokenizer))
  }

  async *tokenRows() {
    for (const { row, inputIds, labels } of this.data.need().rows) yield { row, inputIds, labels }
  }

  async planRun(run: RunFile, answers?: TrainOptions['answers']) {
    const { rows, second } = this.data.runRows()
    return planRun(this.held.need().model, rows, second, run, answers)
  }

  async measureRate(run: RunFile, signal?: AbortSignal) {
    const { model, tokenizer } = this.held.need()
    const all = this.data.runRows()
    const { train: rows } = holdOut(all.rows, all.second, run)
    return this.tasks.only('measure', () => this.device.alive(measureRate(model, rows, run, tokenizer.padId, signal)))
  }

  async train(run: RunFile, options: TrainOptions, on: (event: TrainEvent) => void) {
    return this.run.train(run, options, on)
  }

  async findRate(
    run: RunFile,
    options: RateSearchOptions,
    on?: (point: RatePoint, step: number, steps: number) => void,
    signal?: AbortSignal,
  ) {
    const { model, tokenizer } = this.held.needFor(run)
    const rows = this.data.runRows()
    const { padId } = tokenizer
    return this.tasks.only('find-rate', () =>
      this.device.alive(findRate(model, rows, run, { ...options, padId }, on, signal)),
    )
  }

  pause(): void {
    this.run.pause()
  }

  resume(): void {
    this.run.resume()
  }

  steer(change: SteeringChange): void {
    this.run.steer(change)
  }

  stop(): void {
    this.run.stop()
  }

  async loadAdapter(folder: FileFolder): Promise<AdapterCard> {
    const { model } = this.held.need()
    return this.tasks.only('load-adapter', async () => {
      const card = await this.device.alive(attachAdapter(model, folder))
      this.held.adapter = card
      return card
    })
  }

  async mixAdapters(parts: readonly WeightedFolder[]): Promise<AdapterCard> {
    const { model } = this.held.need()
    return this.tasks.only('load-adapter', async () => {
      const card = await this.device.alive(attachMixed(model, parts))
      this.held.adapter = card
      return card
    })
  }

  adapter(): AdapterCard | null {
    return this.held.adapter
  }

  async removeAdapter(): Promise<void> {
    return this.tasks.only('remove-adapter', async () => {
      this.held.loaded?.model.detachLora()
      this.held.adapter = null
    })
  }

  async evaluate(options: { useAdapter: boolean; batchSize?: number }, on?: ProgressListener, signal?: AbortSignal) {
    this.data.need()
    return this.judge(() => this.data.need().rows, options, on, signal)
  }

  /** `rows` are those of the moment at which its turn comes. */
  private judge(
    rows: () => readonly TokenizedRow[],
    options: { useAdapter: boolean; batchSize?: number },
    on?: ProgressListener,
    signal?: AbortSignal,
  ) {
    return this.run.beside('evaluate', signal, ({ model, tokenizer }, both) => {
      const useAdapter = options.useAdapter && model.lora !== null
      return evaluateRows(model, rows(), { ...options, useAdapter, padId: tokenizer.padId }, on, both)
    })
  }

  async rowTokens(row: number, signal?: AbortSignal) {
    this.data.need()
    return this.run.beside('evaluate', signal, ({ model, tokenizer }, both) => {
      const found = this.data.need().rows.find((one) => one.row === row)
      if (!found) throw fail('engine-no-row', { row })
      return rowTokens(model, found, tokenizer, both)
    })
  }

  async rowsOf(source: DataSource, data: DataOptions) {
    return (await this.reader.rows(source, data)).map(({ row }) => row)
  }

  async evaluateOn(
    source: DataSource,
    data: DataOptions,
    options: { useAdapter: boolean; batchSize?: number; rows?: readonly number[] },
    on?: ProgressListener,
    signal?: AbortSignal,
  ) {
    const all = await this.reader.rows(source, data, signal)
    const wanted = options.rows && new Set(options.rows)
    const rows = wanted ? all.filter(({ row }) => wanted.has(row)) : all
    return this.judge(() => rows, options, on, signal)
  }

  async questionsOf(source: DataSource, options?: Pick<DataOptions, 'mapping'>) {
    return questionsOf(await this.reader.open(source), options)
  }

  async promptTokens(prompts: readonly Pick<GenerateRequest, 'messages' | 'tools'>[]) {
    const { tokenizer } = this.held.need()
    return prompts.map((prompt) => promptIds(tokenizer, prompt).length)
  }

  async setAdapterStrength(strength: number): Promise<void> {
    return this.run.beside('generate', undefined, async ({ model }) => model.setAdapterStrength(strength))
  }

  async generate(request: GenerateRequest, onText: (text: string, tokens: number) => void, signal?: AbortSignal) {
    return this.run.beside('generate', signal, ({ model, tokenizer }, both) =>
      answer(model, tokenizer, request, onText, both),
    )
  }

  async handover(checkpoint: FileFolder, baseId: string, out: WritableFolder, words?: CardWords) {
    const { opened } = this.held.need()
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
    return this.run.beside('generate', signal, ({ model, tokenizer }, both) =>
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
    const asset = (name: ClientAsset) => this.platform.asset(name)
    const work = (loaded: Loaded, ends?: AbortSignal) =>
      writeExport(kind, loaded, { out, facts, settings, asset }, on, ends)
    // An adapter is small enough to be written beside a run that is paused; a model waits for its turn.
    if (exporterOf(kind).takes === 'adapter') return this.run.beside('export', signal, work)
    this.held.need()
    return this.tasks.next('export', async () => this.device.alive(work(this.held.need(), signal)))
  }

  async dispose(): Promise<void> {
    this.run.stop()
    this.dropModel()
    this.device.destroy()
  }

  private dropModel(): void {
    this.held.drop()
    this.data.dropIds()
  }
}
