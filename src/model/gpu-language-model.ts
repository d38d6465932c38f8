import type { CacheType } from '../contracts/answers'
import type { MicroBatch } from '../contracts/data'
import { fail, TuneError } from '../errors'
import { allocating, type Gpu } from '../gpu/device'
import { uploadTensor } from '../gpu/storage'
import { bufferBytes, type Tensor } from '../gpu/tensor'
import type { Drawing } from '../ops/answering/draw'
import type { LinearWeight } from '../ops/linear'
import { AdapterStore, initialValues } from './adapter-store'
import { allLogits } from './answering/all-logits'
import { planAnswers, type AnswerPass, type DecoderSize } from './answering/answer-graphs'
import { answerSize, planGeneration } from './answering/answer-size'
import { Decoder } from './answering/decoder'
import { answerLines } from './answering/lines'
import { readRows } from './loading/dequantized-rows'
import { Evaluator } from './passes/evaluator'
import type { PassModel } from './passes/graphs'
import type { LayerAdapter } from './passes/layer-context'
import { activationOf, passOf, ropePositions } from './passes/pass-of'
import type { GenerationPlan, GenerationShape, LanguageModel, LineFigures } from './language-model'
import type { MemoryPlan, Trainer, TrainingShape } from './language-model'
import { planMemory } from './training/memory-plan'
import { ropeTable } from '../architecture/rope-table'
import { GpuTrainer } from './training/trainer'
import { ghost, ghostAdapter } from './training/training-graph'
import { type ModelConfig, type Projection } from '../contracts/model'
import type { ModelWeights } from './weights'
import { type LoraConfig, type LoraPair } from '../contracts/lora'
import { type DecodingOptions, type LineToken } from './language-model'
import { linearModules } from '../architecture/names'

/** The engine's language model: qwen2, qwen3 and llama with an NF4 (or dense) base. */
export class GpuLanguageModel implements LanguageModel {
  readonly config: ModelConfig
  private readonly gpu: Gpu
  private readonly weights: ModelWeights
  private readonly buffers: GPUBuffer[]
  private adapter: AdapterStore | null = null
  private strength = 1
  /** Tables of angles, each longer than the one before; the last is in use. */
  private readonly ropes: { tensor: Tensor; T: number }[] = []
  private evaluators: { base: Evaluator | null; tuned: Evaluator | null } = { base: null, tuned: null }
  private trainer: GpuTrainer | null = null

  constructor(gpu: Gpu, config: ModelConfig, weights: ModelWeights, buffers: GPUBuffer[]) {
    this.gpu = gpu
    this.config = config
    this.weights = weights
    this.buffers = buffers
  }

  get nf4Bytes(): number {
    return this.weights.nf4Bytes
  }

  get gpuBytes(): number {
    return this.gpu.allocatedBytes
  }

  get lora(): LoraConfig | null {
    return this.adapter?.lora ?? null
  }

  async attachLora(
    lora: LoraConfig,
    init: { kind: 'random'; seed: number } | { kind: 'pairs'; pairs: LoraPair[] },
  ): Promise<void> {
    this.detachLora()
    const store = await allocating(this.gpu, 'adapter', () => new AdapterStore(this.gpu, this.config, lora))
    if (init.kind === 'random') {
      store.write((slot) => initialValues(slot, init.seed))
    } else {
      const pairs = new Map(init.pairs.map((pair) => [`${pair.layer}.${pair.projection}`, pair]))
      store.write((slot) => pairs.get(`${slot.layer}.${slot.projection}`)?.[slot.side] ?? new Float32Array(slot.length))
    }
    this.adapter = store
    this.strength = 1
  }

  detachLora(): void {
    this.trainer?.destroy()
    this.trainer = null
    this.evaluators.tuned?.destroy()
    this.evaluators.tuned = null
    this.adapter?.destroy()
    this.adapter = null
  }

  get adapterStrength(): number {
    return this.strength
  }

  setAdapterStrength(strength: number): void {
    if (strength === this.strength) return
    this.strength = strength
    // Its passes were recorded with the old one.
    this.evaluators.tuned?.destroy()
    this.evaluators.tuned = null
  }

  async readLora(): Promise<LoraPair[]> {
    if (!this.adapter) throw fail('model-no-adapter', {})
    return this.adapter.read()
  }

  /**
   * cos/sin for at least T positions. Replays may still be bound to a table that was outgrown, so it stays; sizes
   * double.
   */
  private ropeFor(T: number): Tensor {
    const last = this.ropes.at(-1)
    if (last && last.T >= T) return last.tensor
    const size = ropePositions(T)
    const tensor = uploadTensor(this.gpu, 'rope table', ropeTable(this.config, size))
    this.buffers.push(tensor.buffer!)
    this.ropes.push({ tensor, T: size })
    return tensor
  }

  /** Bytes of the tables once there is one for T positions. */
  private ropeBytesFor(T: number): number {
    const held = this.ropes.reduce((sum, { tensor }) => sum + tensor.buffer!.size, 0)
    const last = this.ropes.at(-1)
    return last && last.T >= T ? held : held + bufferBytes(ropePositions(T) * this.config.headDim * 4)
  }

  private passFor(
    B: number,
    T: number,
    activation: 'f32' | 'f16' = 'f32',
    rope = this.ropeFor(T),
  ): Omit<PassModel, 'adapter'> {
    return passOf(this.gpu, { config: this.config, weights: this.weights, rope }, { B, T }, activation)
  }

  private layerAdapter(useAdapter: boolean): LayerAdapter | null {
    const { adapter, strength } = this
    return useAdapter && adapter
      ? { scale: adapter.scale * strength, get: (layer: number, p: Projection) => adapter.get(layer, p) }
      : null
  }

  planMemory(lora: LoraConfig, shape: TrainingShape): MemoryPlan {
    const activation = activationOf(this.gpu, shape.computeDtype)
    const pass = this.passFor(shape.batch, shape.tokens, activation, ghost('rope table', [shape.tokens]))
    return planMemory(this.gpu, {
      weights: this.weights,
      ropeBytes: this.ropeBytesFor(shape.tokens),
      pass,
      lora,
      shape,
    })
  }

  async createTrainer(shape: TrainingShape, onCompile?: (done: number, total: number) => void): Promise<Trainer> {
    return this.createGpuTrainer(shape, onCompile)
  }

  /** As createTrainer, with what checks look at. `share: false` gives every activation memory of its own. */
  async createGpuTrainer(
    shape: TrainingShape,
    onCompile?: (done: number, total: number) => void,
    checks: { share?: boolean } = {},
  ): Promise<GpuTrainer> {
    if (!this.adapter) throw fail('model-no-adapter', {})
    this.trainer?.destroy()
    this.trainer = null
    this.dropEvaluators()
    const plan = this.planMemory(this.adapter.lora, shape)
    // Evaluations and answers between the steps keep to it, too.
    this.gpu.isGentle = shape.gentle ?? false
    const parts = {
      gpu: this.gpu,
      pass: this.passFor(shape.batch, shape.tokens, activationOf(this.gpu, shape.computeDtype)),
      host: this.weights.hostEmbedding,
      adapter: this.adapter,
      shape,
      plan,
      share: checks.share ?? true,
      diagnose: (batches: MicroBatch[]) => this.diagnose(batches),
      onDestroy: () => {
        if (this.trainer !== trainer) return
        this.trainer = null
        this.gpu.isGentle = false
      },
    }
    const trainer = await allocating(this.gpu, 'training state', () => new GpuTrainer(parts))
    this.trainer = trainer
    return built(trainer, onCompile)
  }

  dropEvaluators(): void {
    this.evaluators.base?.destroy()
    this.evaluators.tuned?.destroy()
    this.evaluators = { base: null, tuned: null }
  }

  private async evaluator(B: number, T: number, useAdapter: boolean): Promise<Evaluator> {
    const key = useAdapter && this.adapter ? 'tuned' : 'base'
    const found = this.evaluators[key]
    if (found && found.capacity.B >= B && found.capacity.T >= T) return found
    found?.destroy()
    this.evaluators[key] = null
    const capacity = { B: Math.max(B, found?.capacity.B ?? 0), T: Math.max(T, found?.capacity.T ?? 0) }
    const pass = { ...this.passFor(capacity.B, capacity.T), adapter: this.layerAdapter(key === 'tuned') }
    const host = this.weights.hostEmbedding
    const evaluator = await allocating(this.gpu, 'evaluation', () => new Evaluator(this.gpu, pass, host, { capacity }))
    this.evaluators[key] = await built(evaluator)
    return evaluator
  }

  async lossPerLine(batch: MicroBatch, useAdapter: boolean): Promise<LineFigures> {
    return (await this.evaluator(batch.B, batch.T, useAdapter)).perLine(batch)
  }

  async lossPerToken(batch: MicroBatch, useAdapter: boolean): Promise<Float32Array> {
    return (await this.evaluator(batch.B, batch.T, useAdapter)).perToken(batch)
  }

  private async diagnose(batches: MicroBatch[]): Promise<{ layer: number | null; rows: number[] }> {
    for (const batch of batches) {
      const pass = { ...this.passFor(batch.B, batch.T), adapter: this.layerAdapter(true) }
      const host = this.weights.hostEmbedding
      const probe = await allocating(
        this.gpu,
        'diagnosis',
        () => new Evaluator(this.gpu, pass, host, { capacity: batch, probing: true }),
      )
      try {
        await probe.build()
        const { layer, lines } = await probe.findNonFinite(batch)
        if (layer !== null || lines.length > 0) {
          const rows =
            batch.rows.length === batch.B && lines.length > 0 ? lines.map((line) => batch.rows[line]) : batch.rows
          return { layer, rows }
        }
      } finally {
        probe.destroy()
      }
    }
    return { layer: null, rows: batches.flatMap((batch) => batch.rows) }
  }

  /** Lines with their caches, built; the caller destroys it. */
  async createDecoder(size: DecoderSize, useAdapter: boolean, how: Drawing | null = null): Promise<Decoder> {
    const pass = this.answerPass(size.capacity, useAdapter)
    const host = this.weights.hostEmbedding
    return built(await allocating(this.gpu, 'answers', () => new Decoder(this.gpu, pass, host, size, how)))
  }

  private answerPass(capacity: number, useAdapter: boolean, rope?: Tensor): AnswerPass {
    const { chunking: _, ...pass } = this.passFor(1, capacity, 'f32', rope)
    return { ...pass, adapter: this.layerAdapter(useAdapter) }
  }

  /** What answers of this size take on the GPU beside the weights; nothing is allocated. */
  planAnswers(size: DecoderSize, useAdapter: boolean, how: Drawing | null = null): ReturnType<typeof planAnswers> {
    const pass = this.answerPass(size.capacity, useAdapter, ghost('rope table', [size.capacity]))
    return planAnswers(this.gpu, pass, this.weights.hostEmbedding !== null, size, how)
  }

  planGeneration(lora: LoraConfig | null, asked: GenerationShape): GenerationPlan {
    const adapter = lora && ghostAdapter(this.config, lora)
    const host = this.weights.hostEmbedding !== null
    const pass = (T: number): AnswerPass => ({ ...this.passFor(1, T, 'f32', ghost('rope table', [T])), adapter })
    return planGeneration(this.gpu, { pass, host, heldPositions: this.ropes.at(-1)?.T ?? 0 }, asked)
  }

  async *generate(promptIds: Int32Array, options: DecodingOptions): AsyncGenerator<number> {
    for await (const { id } of this.generateMany([promptIds], options)) yield id
  }

  async *generateMany(
    prompts: readonly Int32Array[],
    options: DecodingOptions & { limits?: readonly number[] },
  ): AsyncGenerator<LineToken> {
    const { maxPositionEmbeddings: limit } = this.config
    for (const { length } of prompts) {
      if (length >= limit) throw fail('model-too-long', { tokens: length, limit })
    }
    if (prompts.length === 0) return
    // An answer may pass the context, as in transformers: positions simply go on.
    const { maxNewTokens, limits = prompts.map(() => maxNewTokens) } = options
    const capacity = Math.max(...prompts.map(({ length }, i) => length + limits[i]))
    const how = options.temperature > 0 ? options : null
    const cache = options.cache ?? 'f32'
    if (cache === 'f16' && !this.gpu.features.f16) throw fail('model-no-f16-cache', {})
    const decoder = await this.decoderFor({ prompts: prompts.length, capacity, cache }, options.useAdapter, how)
    try {
      yield* answerLines(decoder, prompts, { ...options, limits }, this.gpu.kernels.tuning.answersAhead)
    } finally {
      decoder.destroy()
    }
  }

  /** Lines as they are planned, or as many as the GPU then gives. */
  private async decoderFor(
    asked: { prompts: number; capacity: number; cache: CacheType },
    useAdapter: boolean,
    how: Drawing | null,
  ): Promise<Decoder> {
    const { layers } = this.config
    let size = answerSize(this.gpu, { ...asked, layers }, (tried) => this.planAnswers(tried, useAdapter, how))
    for (;;) {
      try {
        return await this.createDecoder(size, useAdapter, how)
      } catch (error) {
        if (size.lines === 1 || !(error instanceof TuneError) || error.code !== 'gpu-out-of-memory') throw error
        size = { ...size, lines: Math.ceil(size.lines / 2) }
      }
    }
  }

  async logits(ids: Int32Array, useAdapter: boolean): Promise<Float32Array> {
    const { chunking: _, ...pass } = this.passFor(1, ids.length)
    return allLogits(this.gpu, { ...pass, adapter: this.layerAdapter(useAdapter) }, this.weights.hostEmbedding, ids)
  }

  async dequantizedRows(name: string, from: number, count: number): Promise<Float32Array> {
    return readRows(this.gpu, this.linear(name), from, count)
  }

  private linear(name: string): LinearWeight {
    const module = linearModules(this.config).find(({ path }) => path === name)
    if (!module) throw new Error(`no linear "${name}"`)
    return this.weights.layers[module.layer].linears[module.projection].weight
  }

  destroy(): void {
    this.detachLora()
    this.dropEvaluators()
    for (const buffer of this.buffers) this.gpu.free(buffer)
    this.buffers.length = 0
  }
}

/** Compile and allocate the rest; what cannot be built leaves nothing behind. */
async function built<
  T extends { build(onCompile?: (done: number, total: number) => void): Promise<void>; destroy(): void },
>(made: T, onCompile?: (done: number, total: number) => void): Promise<T> {
  try {
    await made.build(onCompile)
    return made
  } catch (error) {
    made.destroy()
    throw error
  }
}
