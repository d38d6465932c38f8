import type { AnswerLines, CacheType } from '../contracts/answers'
import type { MicroBatch } from '../contracts/data'
import type { ModelConfig } from '../contracts/model'
import type { OptimizerStep } from '../ops/adamw'
import type { MemoryItem } from '../contracts/memory'
import type { LoraConfig, LoraPair } from '../contracts/lora'
import type { RowLoss } from '../contracts/evaluation'
import type { StepResult } from '../contracts/figures'
import type { OptimizerKind } from '../contracts/optimizer'

/** The largest shapes a training run will ask for; the plan allocates for these. */
export interface TrainingShape {
  /** B */ batch: number
  /** T: longest padded row in any batch */ tokens: number
  optimizer: OptimizerKind
  /**
   * Bytes the run may use on the GPU beyond the weights; absent: what `Gpu.memory` leaves, or 2 GiB, since WebGPU tells
   * nobody what is free. Less budget = more recompute.
   */
  budgetBytes?: number
  /**
   * Bytes of GPU memory for optimiser states; larger ones are paged from the host, bit-identically. Absent: the kind's
   * own default.
   */
  optimizerBudgetBytes?: number
  /**
   * Element type of the kept activations; float16 halves them where the device has shader-f16, else float32 is used.
   */
  computeDtype?: 'float32' | 'float16'
  /** Micro batches that a step may have, the losses of whose rows it leaves; absent: it leaves none. */
  microBatches?: number
  /** Short submits with gaps between them, so that a desktop on the same GPU stays smooth. */
  gentle?: boolean
  /** Seeds the counter-based dropout masks. */
  seed: number
}

export interface MemoryPlan {
  memory: MemoryItem[]
  peakBytes: number
  /** Layers whose activations are recomputed in the backward pass. */
  recomputedLayers: number
  adapterParameters: number
  /** Of the largest piece that a kernel binds. */
  largestBytes: number
}

/** Of each line of a batch. */
export interface LineFigures {
  /** Trained tokens. */
  counts: Int32Array
  /** Sums over them: cross-entropy, arg max is the label, entropy of the prediction. */
  sums: Float64Array
  right: Float64Array
  entropies: Float64Array
}

/** A causal language model with an NF4 base on the GPU and at most one LoRA adapter. Built by loading/load-model.ts. */
export interface LanguageModel {
  readonly config: ModelConfig
  readonly nf4Bytes: number
  readonly gpuBytes: number
  readonly lora: LoraConfig | null
  /** Fresh (A uniform in +-1/sqrt(in) from the seed, B zero) or given weights. Replaces an adapter that is there. */
  attachLora(
    lora: LoraConfig,
    init: { kind: 'random'; seed: number } | { kind: 'pairs'; pairs: LoraPair[] },
  ): Promise<void>
  detachLora(): void
  readLora(): Promise<LoraPair[]>
  /** Pure arithmetic: nothing is allocated. `lora` may differ from the attached one. */
  planMemory(lora: LoraConfig, shape: TrainingShape): MemoryPlan
  /** Allocate what the plan says. One trainer at a time. Needs an attached adapter. */
  createTrainer(shape: TrainingShape, onCompile?: (done: number, total: number) => void): Promise<Trainer>
  /** How strongly the adapter acts outside training, beside its own scale; 1 after attachLora. */
  setAdapterStrength(strength: number): void
  readonly adapterStrength: number
  /** Free what losses without a gradient run in; the next makes it anew, with the device's choices of then. */
  dropEvaluators(): void
  /** What each line of the batch leaves, without a gradient. */
  lossPerLine(batch: MicroBatch, useAdapter: boolean): Promise<LineFigures>
  /** Cross-entropy of each token [B, T], as the token after the one before it; NaN where it is not trained. */
  lossPerToken(batch: MicroBatch, useAdapter: boolean): Promise<Float32Array>
  /**
   * What greedy answers to so many prompts take on the GPU while they are made: what `generateMany` allocates, without
   * allocating it. `lora` may differ from the attached one; null: none.
   */
  planGeneration(lora: LoraConfig | null, asked: GenerationShape): GenerationPlan
  /** New token ids one by one; ends after a stop id (which is yielded), the length or the signal. */
  generate(promptIds: Int32Array, options: DecodingOptions): AsyncGenerator<number>
  /**
   * The same for many prompts, as many lines at once as fit: each token with the number of its prompt, each answer bit
   * by bit what `generate` makes of it alone. Answers that end make room for the next. `limits` are in the place of
   * `maxNewTokens`, one for each prompt, all at least 1.
   */
  generateMany(
    prompts: readonly Int32Array[],
    options: DecodingOptions & { limits?: readonly number[] },
  ): AsyncGenerator<LineToken>
  /** f32 logits [T, V] of one row, for checks. */
  logits(ids: Int32Array, useAdapter: boolean): Promise<Float32Array>
  /** What NF4 stands for: rows [from, from+count) of a quantised linear's weight as f32. Name without ".weight". */
  dequantizedRows(name: string, from: number, count: number): Promise<Float32Array>
  destroy(): void
}

/**
 * One accumulation window: `accumulate` once per micro batch, then `step`. Nothing waits for the GPU except awaiting
 * the promise of `step`, so the caller may queue the next window before it.
 */
export interface Trainer {
  /** Forward and backward of one micro batch; adds its gradient. `numItems` = trained tokens of the whole window. */
  accumulate(batch: MicroBatch, numItems: number): Promise<void>
  /**
   * Clip, update, clear. Rejects with 'train-non-finite' naming the step, the tensor or layer, when loss or norm is NaN
   * or infinite.
   */
  step(options: OptimizerStep): Promise<StepResult & { rows?: RowLoss[] }>
  readonly plan: MemoryPlan
  /** Bytes of GPU memory held now by model and trainer. */
  readonly gpuBytes: number
  /** Optimiser state for checkpoints, and its way back; bit-exact. */
  saveState(): Promise<TrainerState>
  loadState(state: TrainerState): Promise<void>
  destroy(): void
}

export interface TrainerState {
  steps: number
  pairs: LoraPair[]
  tensors: { name: string; data: Uint8Array }[]
}

export interface GenerationShape {
  /** Tokens of each prompt; at least one prompt. */
  prompts: readonly number[]
  maxNewTokens: number
  /** f32 where absent. */
  cache?: CacheType
  /** Tokens of a row of the training beside which they are made: tables that it has need no place again. */
  besideTokens?: number
}

export interface GenerationPlan extends AnswerLines {
  bytes: number
}

/** One token of one answer among many. */
export interface LineToken {
  /** Which of the prompts. */
  index: number
  id: number
  /** The answer ends with it. */
  isLast: boolean
}

export interface DecodingOptions {
  maxNewTokens: number
  /** 0 = greedy. */
  temperature: number
  topP: number
  topK: number
  seed: number
  /** Generation ends after one of these ids. */
  stopIds: number[]
  /** false: the base model alone. */
  useAdapter: boolean
  /** Element type of keys and values; f16 halves them where the device has shader-f16. f32 where absent. */
  cache?: CacheType
  signal?: AbortSignal
}
