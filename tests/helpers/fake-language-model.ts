import type { MicroBatch } from '../../src/contracts/data'
import { IGNORE } from '../../src/contracts/data'
import type { LanguageModel, TrainingShape, DecodingOptions, GenerationShape } from '../../src/model/language-model'
import type { ModelConfig } from '../../src/contracts/model'
import { FakeTrainer, stepResult } from './fake-trainer'
import type { LoraConfig, LoraPair } from '../../src/contracts/lora'

/** A LanguageModel without a GPU: remembers what was asked of it; its loss falls by one hundredth a step. */
export class FakeLanguageModel implements LanguageModel {
  readonly config: ModelConfig
  readonly nf4Bytes = 1000
  readonly gpuBytes = 2000
  lora: LoraConfig | null = null
  pairs: LoraPair[] = []
  attachments: string[] = []
  shapes: TrainingShape[] = []
  trainer: FakeTrainer | null = null
  destroyed = false
  /** What `generate` yields. */
  answer: number[] = []
  prompts: Int32Array[] = []
  /** In what keys and values of each were to be kept. */
  caches: DecodingOptions['cache'][] = []
  /** Waited for before each generated token. */
  pace: () => Promise<void> = () => Promise.resolve()

  constructor(config: ModelConfig) {
    this.config = config
  }

  async attachLora(
    lora: LoraConfig,
    init: { kind: 'random'; seed: number } | { kind: 'pairs'; pairs: LoraPair[] },
  ): Promise<void> {
    this.attachments.push(init.kind)
    this.lora = lora
    this.pairs = init.kind === 'pairs' ? init.pairs : this.freshPairs(lora)
  }

  detachLora(): void {
    this.lora = null
  }

  /** Every strength that was asked for, the last one in force. */
  strengths: number[] = []
  setAdapterStrength = (strength: number) => void this.strengths.push(strength)
  get adapterStrength(): number {
    return this.strengths.at(-1) ?? 1
  }

  /** How often. */
  evaluatorsDropped = 0
  dropEvaluators = () => void this.evaluatorsDropped++

  readLora = async () => this.pairs
  planMemory = () => ({
    memory: [{ kind: 'base', bytes: 1000 }],
    peakBytes: 1000,
    recomputedLayers: 0,
    adapterParameters: 12,
    largestBytes: 1,
  })

  planGeneration = (_lora: LoraConfig | null, { prompts, maxNewTokens, cache = 'f32' }: GenerationShape) => ({
    lines: prompts.length,
    tokens: Math.max(...prompts) + maxNewTokens,
    cache,
    bytes: 100,
  })

  async createTrainer(shape: TrainingShape) {
    this.shapes.push(shape)
    this.trainer = new FakeTrainer((step) => stepResult({ loss: 2 - step / 100, grad_norm: 1 }))
    this.trainer.pairs = this.pairs
    return this.trainer
  }

  /** A line's loss is its length in trained tokens, so that batching mistakes show. */
  async lossPerLine({ B, T, labels }: MicroBatch) {
    const counts = Int32Array.from({ length: B }, (_, b) =>
      labels.subarray(b * T, (b + 1) * T).reduce((n, l) => n + (l === IGNORE ? 0 : 1), 0),
    )
    const sums = Float64Array.from(counts, (count) => count * count)
    return { counts, sums, right: Float64Array.from(counts, (n) => n >> 1), entropies: Float64Array.from(counts) }
  }

  /** As lossPerLine: every trained token's loss is the number of its line's. */
  async lossPerToken(batch: MicroBatch) {
    const { counts } = await this.lossPerLine(batch)
    return Float32Array.from(batch.labels, (label, m) => (label === IGNORE ? NaN : counts[Math.floor(m / batch.T)]))
  }

  async *generate(promptIds: Int32Array, options: DecodingOptions) {
    this.prompts.push(promptIds)
    this.caches.push(options.cache)
    for (const id of this.answer.slice(0, options.maxNewTokens)) {
      await this.pace()
      if (options.signal?.aborted) return
      yield id
      if (options.stopIds.includes(id)) return
    }
  }

  async *generateMany(prompts: readonly Int32Array[], options: DecodingOptions & { limits?: readonly number[] }) {
    for (const [index, prompt] of prompts.entries()) {
      const maxNewTokens = options.limits?.[index] ?? options.maxNewTokens
      let made = 0
      for await (const id of this.generate(prompt, { ...options, maxNewTokens })) {
        const isLast = ++made === Math.min(this.answer.length, maxNewTokens) || options.stopIds.includes(id)
        yield { index, id, isLast }
      }
    }
  }

  logits = async () => new Float32Array()
  dequantizedRows = async (_name: string, _from: number, count: number) => new Float32Array(count)
  destroy(): void {
    this.destroyed = true
  }

  private freshPairs(lora: LoraConfig): LoraPair[] {
    const { layers, hiddenSize: C } = this.config
    return Array.from({ length: layers }, (_, layer) => ({
      layer,
      projection: 'o_proj' as const,
      r: lora.r,
      inFeatures: C,
      outFeatures: C,
      A: new Float32Array(lora.r * C).fill(1),
      B: new Float32Array(C * lora.r),
    }))
  }
}
