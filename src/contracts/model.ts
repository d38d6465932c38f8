/** A model's facts after reading either spelling of config.json. Letters as in docs/architecture.md. */
export interface ModelConfig {
  /** `model_type` of config.json; what a family computes stands in `block` and `layerKinds`, so nobody else asks. */
  family: string
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
  block: BlockArithmetic
  /** One for each of L layers. */
  layerKinds: readonly LayerKind[]
  tokenizerClass: TokenizerClass
  /** How llama.cpp computes this family; null where it does not know it. */
  gguf: GgufFamily | null
  /** The parsed config.json, kept for exports. */
  raw: Record<string, unknown>
  /** Set when the checkpoint's linears are stored as bitsandbytes NF4. */
  quantization?: BnbQuantization
}

/**
 * What a block computes where families differ. A member with a single value is a place where another family would
 * differ and the passes compute that value alone; docs/architecture.md says what each would take.
 */
export interface BlockArithmetic {
  /** Linears that add a bias. */
  biases: readonly Projection[]
  /** RMSNorm over each head of q and k, before their rotation. */
  qkNorm: boolean
  /** Norms multiply by offset + w. */
  normOffset: 0
  /** Of the gate: act(gate) * up. */
  activation: 'silu'
  /** tanh bounds on attention scores and logits. */
  softCaps: null
}

/** Which of transformers' tokenizer classes builds the tokenizer, where that is not what tokenizer_config.json says. */
export interface TokenizerClass {
  /** Whatever the file says; "" = none of them: tokenizer.json as it is. */
  always?: string
  /** Where the file names none. */
  otherwise?: string
}

/** How one layer differs from its neighbours. */
export interface LayerKind {
  /** q and k are rotated by their positions. */
  rope: boolean
  /** Keys that a query sees at most; null = all before it. */
  window: null
}

/** What a GGUF file must say and hold for llama.cpp to compute a family as it is meant. */
export interface GgufFamily {
  /** llama.cpp's name of the architecture, which begins the keys, too. */
  architecture: string
  /** It turns dimensions 2i and 2i + 1 of a head, so that the rows of q and k are put in that order. */
  interleaved: boolean
  /** It reads the divisors of llama3's rope scaling. */
  ropeDivisors: boolean
  /** It leaves every so manieth layer without rotation, whatever a file says; null: none. */
  unrotatedEvery: number | null
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

/** The linears of a layer that an adapter may change, in the order of a layer's arithmetic. */
export const PROJECTIONS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
export type Projection = (typeof PROJECTIONS)[number]

/** One such linear of one layer: W [out, in] under `path`. */
export interface LinearModule {
  /** As transformers names it, without ".weight": `model.layers.3.self_attn.q_proj`. */
  path: string
  layer: number
  projection: Projection
  outFeatures: number
  inFeatures: number
}
