import type { BlockArithmetic, GgufFamily, LayerKind, Projection, TokenizerClass } from '../contracts/model'

/** The parsed config.json. */
export type RawConfig = Record<string, unknown>

/**
 * Everything in which one model family differs from the others: how its config.json is read and what a block computes.
 * Tensors, shapes, passes, exports and PEFT's names follow from it. A new family is one file in families/, its line in
 * families/index.ts and a golden model; CONTRIBUTING.md goes through it.
 */
export interface Family {
  /** `model_type` of config.json. */
  id: string
  /** Names in `architectures`. */
  classes: readonly string[]
  /** The models that people know it by, for a message. */
  covers: string
  /** What transformers' configuration class fills in where config.json is silent, as far as families differ. */
  defaults: {
    maxPosition: number
    bos: number | null
    eos: number[]
    /** null = hidden_size / num_attention_heads. */
    headDim: number | null
    /** null = as many as query heads. */
    kvHeads: number | null
    tied: boolean
    ropeTheta: number
  }
  /** Options of config.json that change the arithmetic, and the only value that is computed here. */
  fixed: Readonly<Record<string, unknown>>
  biases: readonly Projection[]
  qkNorm: boolean
  /** What AutoTokenizer makes of this `model_type`: transformers, models/auto/tokenization_auto.py. */
  tokenizerClass: TokenizerClass
  /** Source: llama.cpp, `llama-arch.cpp`, `llama-model.cpp` and the converter's class of this family. */
  gguf: GgufFamily | null
  /** Window of each layer, as the class reads it; null = a layer sees everything before it. */
  windows(raw: RawConfig, layers: number): (number | null)[]
  /** Which layers rotate q and k; absent: all. */
  ropeLayers?(raw: RawConfig, layers: number): boolean[]
}

/** What `family` means for the passes. */
export function blockOf(family: Family): BlockArithmetic {
  return { biases: family.biases, qkNorm: family.qkNorm, normOffset: 0, activation: 'silu', softCaps: null }
}

/** Windows are refused before this, so that each layer sees everything before it. */
export function layerKinds(family: Family, raw: RawConfig, layers: number): LayerKind[] {
  const rope = family.ropeLayers?.(raw, layers)
  return Array.from({ length: layers }, (_, layer) => ({ rope: rope?.[layer] ?? true, window: null }))
}

/** A whole number of a raw configuration, or what stands for it. */
export const numberOr = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback)

export const noWindows = (_: RawConfig, layers: number): null[] => Array.from({ length: layers }, () => null)

/**
 * The rule of Qwen2's and Qwen3's classes: layers from `max_window_layers` on, or those that `layer_types` names, and
 * only with `use_sliding_window`.
 */
export function optionalWindows(raw: RawConfig, layers: number): (number | null)[] {
  if (raw.use_sliding_window !== true) return noWindows(raw, layers)
  const window = numberOr(raw.sliding_window, 4096)
  const types = Array.isArray(raw.layer_types) ? raw.layer_types : null
  const from = numberOr(raw.max_window_layers, 28)
  return Array.from({ length: layers }, (_, layer) =>
    (types ? types[layer] === 'sliding_attention' : layer >= from) ? window : null,
  )
}
