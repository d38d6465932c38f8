/** Architecture facts after reading either spelling of config.json. Letters as in docs/architecture.md. */
export interface ModelConfig {
  family: 'qwen2' | 'qwen3' | 'llama'
  /** C */ hiddenSize: number
  /** F */ intermediateSize: number
  /** L */ layers: number
  /** H */ heads: number
  /** K */ kvHeads: number
  /** D */ headDim: number
  /** V */ vocabSize: number
  rmsNormEps: number
  ropeTheta: number
  ropeScaling: RopeScaling | null
  tieWordEmbeddings: boolean
  maxPositionEmbeddings: number
  bosTokenId: number | null
  eosTokenIds: number[]
  padTokenId: number | null
  /** The parsed config.json, kept for exports. */
  raw: Record<string, unknown>
  /** Set when the checkpoint's linears are stored as bitsandbytes NF4. */
  quantization?: BnbQuantization
}

/** What `quantization_config` says of a `*-bnb-4bit` checkpoint. */
export interface BnbQuantization {
  quantType: 'nf4'
  doubleQuant: boolean
  computeDtype: string
  /** `llm_int8_skip_modules`: modules that stay in 16 or 32 bits. What counts on reading is how each is stored. */
  skipModules: string[]
}

export type RopeScaling =
  | { type: 'linear'; factor: number }
  | { type: 'llama3'; factor: number; lowFreqFactor: number; highFreqFactor: number; originalMaxPosition: number }

export const PROJECTIONS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
export type Projection = (typeof PROJECTIONS)[number]

/** LoRA settings with PEFT's names. */
export interface LoraConfig {
  r: number
  lora_alpha: number
  lora_dropout: number
  target_modules: Projection[]
  use_rslora: boolean
}

/** One adapted linear: A [r, in], B [out, r], row-major f32, in logical (unpadded) shape. */
export interface LoraPair {
  layer: number
  projection: Projection
  r: number
  inFeatures: number
  outFeatures: number
  A: Float32Array
  B: Float32Array
}

/** PEFT's scale: alpha/r, or alpha/sqrt(r) with rsLoRA. */
export function loraScale(config: Pick<LoraConfig, 'r' | 'lora_alpha' | 'use_rslora'>): number {
  return config.lora_alpha / (config.use_rslora ? Math.sqrt(config.r) : config.r)
}

/** `self_attn.q_proj` or `mlp.gate_proj`: the module path inside a layer. */
export function modulePath(projection: Projection): string {
  return ['gate_proj', 'up_proj', 'down_proj'].includes(projection) ? `mlp.${projection}` : `self_attn.${projection}`
}

export type { OptimizerStep } from '../ops/adamw'

export type OptimizerKind = 'adamw' | 'adamw8bit' | 'paged_adamw8bit'

export interface StepResult {
  /** Sum of cross-entropy over the window / numItems. */
  loss: number
  /** Global L2 norm of the gradient before clipping. */
  gradNorm: number
  /**
   * Fraction of trained tokens whose arg max is the label: the mean over the micro batches of each one's own, as trl
   * has it.
   */
  meanTokenAccuracy: number
  /**
   * Entropy of the predictions in nats, over the trained tokens: the mean over the micro batches of each one's own, as
   * trl has it.
   */
  entropy: number
}

/** One line of the memory plan; the sum is what will be allocated. */
export interface MemoryItem {
  /**
   * Stable key for translation: 'base', 'head', 'adapter', 'gradients', 'optimizer', 'activations', 'checkpoints',
   * 'scratch', 'kv-cache'.
   */
  kind: string
  bytes: number
}

export interface SampleOptions {
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
  signal?: AbortSignal
}
