import type { Suite } from '../../eval/suites/suite'
import type { SerializedError } from '../../errors/index'
import type { FileFolder, ByteSource, WritableFolder } from '../../contracts/bytes'
import type { Place } from '../../formats/whole-folder'
import type { Steering, SteeringChange } from '../../run-file/history'
import type { RunFile } from '../../run-file/run-file'
import type { MemoryItem } from '../../contracts/memory'
import type { AdapterCard, WeightedFolder } from '../../contracts/lora'
import type { TrainEvent } from '../../contracts/events'
import type { BestStep, EvalRow, Overlap } from '../../contracts/evaluation'
import type { LogRow } from '../../contracts/figures'
import type { CacheType, GenerateRequest, GenerateResult, Unanswered } from '../../contracts/answers'
import type { RatePoint, RateRange, RateSearch } from '../../contracts/rate'
import type { TuningReport } from '../../contracts/tuning'
import type { ProgressListener } from '../../contracts/progress'
import type { DataOptions, DataSummary, Message, PreviewRow, RowTokens } from '../../contracts/data'
import type { CardWords, ExportedFile, ExportOffer, ExportSettings, Handover } from '../../contracts/exports'
import type { RunFacts } from '../../run-file/run-facts'

/**
 * The one interface to the engine. The page reaches it through a worker (engine/client.ts), the command line and the
 * tests directly (headless/). Everything here is plain data, functions taking plain data, or byte sources; no GPU type.
 */
export interface Engine {
  /** What the GPU offers. Rejects with a TuneError where there is no WebGPU. */
  gpu(): Promise<GpuSummary>

  /**
   * Time the kernels that this device may choose from, and choose anew: under three seconds on a GPU, a minute and more
   * where a processor plays one. What is found is kept for this device and browser. Not while something runs.
   */
  tune(): Promise<GpuSummary>
  /** How much memory the GPU has, as the person says or as it is guessed: plans go by it. null: nobody said. */
  setGpuMemory(memory: { bytes: number; isStated: boolean } | null): Promise<void>
  /** How runs with these settings, on rows of up to so many tokens, would fit models that are not loaded. */
  fitModels(models: readonly ModelOutline[], run: RunFile, tokens: number): Promise<ModelFit[]>

  /** Load a model's weights into NF4 on the GPU; replaces the model that was loaded. */
  loadModel(
    source: ModelSource,
    on?: ProgressListener,
    signal?: AbortSignal,
    /** How the base is stored; NF4 with double quantisation where absent. A run must ask for the same. */
    quantization?: RunFile['quantization'],
  ): Promise<ModelCard>
  model(): ModelCard | null
  unloadModel(): Promise<void>

  /**
   * Read, map and tokenise a data set with the loaded model's tokenizer and template. Keeps it as the current data set.
   */
  loadData(source: DataSource, options: DataOptions, on?: ProgressListener, signal?: AbortSignal): Promise<DataSummary>
  /** Same rows again under other options (mapping, max_length, which loss). */
  remapData(options: DataOptions, on?: ProgressListener): Promise<DataSummary>
  /** A second file whose rows are judged and never trained, in the place of an earlier one; null: none. */
  loadEvalData(
    source: DataSource | null,
    options: DataOptions,
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<DataSummary | null>
  /** Tokens and labels of kept rows as the collator makes them, by index among kept rows. */
  previewRows(from: number, count: number): Promise<PreviewRow[]>
  /** All kept rows' ids and labels, in the file's order (the command `tokens`). */
  tokenRows(): AsyncIterable<{ row: number; inputIds: Int32Array; labels: Int32Array }>

  /** What a run would do, with the answers that it gives on the way, without doing it. */
  planRun(run: RunFile, answers?: TrainOptions['answers']): Promise<RunPlan>
  /**
   * Tokens a second of the first steps of this run, taken and thrown away: no adapter that is there changes. Rows,
   * settings and device are the run's own.
   */
  measureRate(run: RunFile, signal?: AbortSignal): Promise<number>
  /** Train on the current model and data set; resolves when the run ends for whatever reason but failure. */
  train(run: RunFile, options: TrainOptions, on: (event: TrainEvent) => void): Promise<TrainOutcome>
  /**
   * Look for a learning rate: some steps of the run at rates that grow, on a copy of the adapter. Nothing of model,
   * adapter or run is changed. A signal ends the search, with what it has seen.
   */
  findRate(
    run: RunFile,
    options: RateSearchOptions,
    on?: (point: RatePoint, step: number, steps: number) => void,
    signal?: AbortSignal,
  ): Promise<RateSearch>
  pause(): void
  resume(): void
  /** Change the run from its next step on. */
  steer(change: SteeringChange): void
  /** End after the current step, keeping the adapter. */
  stop(): void

  /** Load a PEFT adapter onto the current model. */
  loadAdapter(folder: FileFolder): Promise<AdapterCard>
  /** Load the weighted sum of PEFT adapters, as one whose rank is the sum of theirs. */
  mixAdapters(parts: readonly WeightedFolder[]): Promise<AdapterCard>
  adapter(): AdapterCard | null
  removeAdapter(): Promise<void>

  /** Mean loss of the current data set under the model (and the adapter, where there is one and it is wanted). */
  evaluate(
    options: { useAdapter: boolean; batchSize?: number },
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<EvalResult>

  /**
   * A row of the current data set by its number in the file, with what base and adapter think of each trained token.
   * Throws 'engine-no-row'.
   */
  rowTokens(row: number, signal?: AbortSignal): Promise<RowTokens>

  /** Rows of a data set that have a loss, by their numbers in the file; the current data set stays. */
  rowsOf(source: DataSource, data: DataOptions): Promise<number[]>
  /** As `evaluate`, of another data set that is read for this alone, or of some of its rows. */
  evaluateOn(
    source: DataSource,
    data: DataOptions,
    options: { useAdapter: boolean; batchSize?: number; rows?: readonly number[] },
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<EvalResult>
  /** The rows of a data set as questions with the answers that they hold; the current data set stays. */
  questionsOf(source: DataSource, options?: Pick<DataOptions, 'mapping'>): Promise<DataQuestion[]>

  /** Tokens of each conversation in the model's template, the beginning of the answer with it. */
  promptTokens(prompts: readonly Pick<GenerateRequest, 'messages' | 'tools'>[]): Promise<number[]>

  /** How strongly the adapter acts on answers and losses: 1 as trained, 0 not at all. Another adapter begins with 1. */
  setAdapterStrength(strength: number): Promise<void>

  /** Stream an answer. `onText` receives the whole text so far, never half a character. */
  generate(
    request: GenerateRequest,
    onText: (text: string, tokens: number) => void,
    signal?: AbortSignal,
  ): Promise<GenerateResult>

  /**
   * Answers to many requests, as many at once as fit, each as `generate` would give it; told as each ends. All are
   * asked as the first is, but for messages, tools and `max_new_tokens`. Returns those that got none since `generate` would refuse
   * them (too long, empty, refused by the template), with why.
   */
  generateMany(
    requests: readonly GenerateRequest[],
    onAnswer: (index: number, result: GenerateResult) => void,
    signal?: AbortSignal,
  ): Promise<Unanswered[]>

  /**
   * Write the adapter, or the model with the adapter worked in, in one of the formats that the model's card offers:
   * 'peft', 'safetensors', 'gguf-q8_0' and so on.
   */
  export(
    kind: string,
    out: WritableFolder,
    options?: ExportOptions,
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<ExportedFile[]>

  /**
   * Write a project that goes on with a run on larger machines, from one of its checkpoint-N/ folders and the loaded
   * model and data set, which must be the run's ('train-other-model', 'train-other-data'). `baseId` is what the base
   * model is called there, `words` say in which language its README is written.
   */
  handover(checkpoint: FileFolder, baseId: string, out: WritableFolder, words?: CardWords): Promise<Handover>

  /**
   * The README of an adapter's folder that was written here, anew: in another language, or under a name that the run
   * got later. What it cannot read there it throws, as `loadAdapter` does.
   */
  adapterReadme(folder: FileFolder, options?: ExportOptions): Promise<string>

  /**
   * Hears when the engine had to be started anew: what was loaded is gone, and calls that were under way are rejected.
   * Absent where it lives and dies with its caller.
   */
  onLost?(listener: (error: SerializedError) => void): void

  dispose(): Promise<void>
}

export interface GpuSummary {
  vendor: string
  architecture: string
  description: string
  /** True for SwiftShader, lavapipe, WARP: works, slowly. */
  isSoftware: boolean
  features: string[]
  maxBufferBytes: number
  maxBindingBytes: number
  maxWorkgroupBytes: number
  /** What a search on this device found; null: measured defaults. */
  tuning: TuningReport | null
  /** Kernels that gave other numbers than their twin here and are not used. */
  refused: string[]
}

export type ModelSource =
  /** The model in public/: `files` reads from the page's own origin (or public/ on disk in Node). */
  | { kind: 'builtin' }
  /** Browser: a picked or dropped folder, as File objects with their relative paths. */
  | { kind: 'files'; name: string; files: { path: string; file: File }[] }
  /** Already opened (command line, OPFS). Cannot cross the worker boundary. */
  | { kind: 'folder'; folder: FileFolder }
  | { kind: 'hub'; endpoint: string; id: string; revision: string; token?: string }

/** What is known of a model before anything of it is fetched. */
export interface ModelOutline {
  /** Its config.json, as far as it says shapes. */
  config: Record<string, unknown>
  /** Its files hold a tied head a second time. */
  hasHeadTwice?: boolean
}

/** Whether a run on a model fits: as it is, with layers that are computed again, or not at all. */
export interface ModelFit {
  verdict: 'fits' | 'recompute' | 'too-large'
  /** What it would take at its most; with all layers computed again, where some must be. */
  peakBytes: number
  parameters: number
  /** Of its weight files, and of those of a twin in bitsandbytes' four bits. */
  fetchBytes: number
  fourBitBytes: number
}

export interface ModelCard {
  /** Hub id, folder name, or "builtin". */
  id: string
  name: string
  source: ModelSource['kind']
  /** `model_type` of its config.json. */
  family: string
  parameters: number
  layers: number
  hiddenSize: number
  heads: number
  kvHeads: number
  headDim: number
  vocabSize: number
  contextLength: number
  tiedHead: boolean
  license: string | null
  /** Bytes of the NF4 body on the GPU, and of everything of the model on the GPU. */
  nf4Bytes: number
  gpuBytes: number
  loadSeconds: number
  /** Whether the template knows tools (mentions `tools`). */
  supportsTools: boolean
  /** Default system prompt that the template injects when none is given, "" if none. */
  defaultSystem: string
  /** In which formats it can be taken along. */
  exports: ExportOffer[]
}

export type DataSource =
  | { kind: 'file'; file: File }
  | { kind: 'bytes'; source: ByteSource }
  /** One of the sample sets in public/samples, by file name. */
  | { kind: 'sample'; name: string }

export interface RunPlan {
  steps: number
  stepsPerEpoch: number
  tokens: number
  trainedTokens: number
  memory: MemoryItem[]
  peakBytes: number
  adapterParameters: number
  /** Every how many steps the run file wants a checkpoint that stays; null = never. */
  checkpointEvery: number | null
  /** Rows held out, and how often they are judged. */
  heldOut: number
  /** Their numbers in the data set's file; none where they come from a second one. */
  heldRows: number[]
  /** Held-out rows that stand among the trained ones. */
  overlap: Overlap[]
  evaluations: number
}

export interface TrainOptions {
  runId: string
  /** Start from the adapter that is loaded instead of a fresh one. */
  continueAdapter?: boolean
  /**
   * Where `save_strategy` puts its checkpoint-N/ folders. Absent: with the platform, under the run's id, where further
   * ones are written at each pause, at a stop and every few minutes, so that a closed tab costs little.
   */
  checkpoints?: Place
  /**
   * A checkpoint-N/ folder, or one that holds several: go on there, on the same data, under the checkpoint's own run.
   * 'kept': the place of this run's own checkpoints.
   */
  resumeFrom?: FileFolder | 'kept'
  /** With `resumeFrom`: the run that goes on is another one, changed from there on. */
  branch?: SteeringChange
  /** Let the model answer some rows of the data set before, during and after the run. No number of the run changes. */
  answers?: {
    rows: number
    /** Share of the run between two looks. */
    every: number
    max_new_tokens: number
    /** f32 where absent. */
    kv_dtype?: CacheType
  }
  /** Small suites to ask at each evaluation; their first figures become lines. No number of the run changes. */
  sets?: readonly Suite[]
  /** Element type of keys and values of the answers to them; f32 where absent. */
  setsCache?: CacheType
}

export interface RateSearchOptions {
  /** A copy of the adapter that is loaded instead of a fresh one. */
  continueAdapter?: boolean
  /** Absent: RATE_RANGE. */
  range?: Partial<RateRange>
}

export interface TrainOutcome {
  reason: 'finished' | 'stopped'
  log: LogRow[]
  steps: number
  seconds: number
  /** Mean over all steps; null where there was none. A run without a step leaves no adapter. */
  trainLoss: number | null
  /** What was changed on the way: with it, the run file gives the same run from its beginning. */
  history: Steering[]
  /** Of the held-out rows, in order. */
  evaluations: EvalRow[]
  /** The best of them; with `load_best_model_at_end` the adapter is the one of this step. */
  best: BestStep | null
  /** The whole of trainer_state.json. */
  trainerState: Record<string, unknown>
}

export interface EvalResult {
  loss: number
  num_trained_tokens: number
  /** Share of the trained tokens that the model would have chosen itself. */
  mean_token_accuracy: number
  per_row: { row: number; loss: number; num_trained_tokens: number; mean_token_accuracy: number }[]
}

/** A row's conversation up to its last answer, and that answer. */
export interface DataQuestion {
  /** Row number in the file. */
  row: number
  messages: Message[]
  tools: unknown[] | null
  reference: string
}

export interface ExportOptions extends ExportSettings {
  /** What is known of the run, for the README. */
  facts?: RunFacts
}
