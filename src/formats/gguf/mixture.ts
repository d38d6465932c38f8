import { GGML_TYPES } from './ggml-types'
import type { GgmlType } from './ggml-types'

/** How a GGUF file stores a model, as llama.cpp names its file types. */
export type GgufKind = 'f32' | 'f16' | 'bf16' | 'q8_0' | 'q4_0' | 'q4_k_m'

/** `general.file_type`, and the type of most matrices. Source: `llama.h`, `enum llama_ftype`. */
export const GGUF_KINDS: Record<GgufKind, { fileType: number; type: GgmlType }> = {
  f32: { fileType: 0, type: 'F32' },
  f16: { fileType: 1, type: 'F16' },
  q4_0: { fileType: 2, type: 'Q4_0' },
  q8_0: { fileType: 7, type: 'Q8_0' },
  q4_k_m: { fileType: 15, type: 'Q4_K' },
  bf16: { fileType: 32, type: 'BF16' },
}

export interface MixtureModel {
  layers: number
  /** The head is the embedding. */
  tied: boolean
  /** llama.cpp takes a model of 80 layers for the 70B one, whose few value rows it keeps finer. */
  isLarge: boolean
}

/**
 * The element type of a tensor, exactly as llama.cpp's quantiser chooses it without an importance matrix. Vectors stay
 * f32 everywhere (llama.cpp computes with nothing else); rows that are no whole blocks fall back to a type with
 * smaller blocks and at last to f16.
 *
 * Source: `llama-quant.cpp`, `llama_tensor_get_type_impl` and `tensor_type_fallback`.
 */
export function ggmlTypeOf(kind: GgufKind, name: string, shape: readonly number[], model: MixtureModel): GgmlType {
  if (shape.length === 1) return 'F32'
  const { type } = GGUF_KINDS[kind]
  const width = shape.at(-1)!
  if (kind === 'f32' || kind === 'f16' || kind === 'bf16') return type
  return fitting(chosen(kind, type, name, width, model), width)
}

function chosen(kind: GgufKind, type: GgmlType, name: string, width: number, model: MixtureModel): GgmlType {
  if (name === 'output.weight' || (name === 'token_embd.weight' && model.tied)) {
    return type === 'Q8_0' || width % GGML_TYPES[type].block !== 0 ? 'Q8_0' : 'Q6_K'
  }
  if (kind !== 'q4_k_m') return type
  const match = /^blk\.(\d+)\.(attn_v|ffn_down)\.weight$/.exec(name)
  if (match && getsMoreBits(Number(match[1]), model.layers)) return 'Q6_K'
  return match?.[2] === 'attn_v' && model.isLarge ? 'Q5_K' : type
}

/** The first and last eighth of the layers, and every third between. */
function getsMoreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8)
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2
}

function fitting(type: GgmlType, width: number): GgmlType {
  const fits = (one: GgmlType) => width % GGML_TYPES[one].block === 0
  if (fits(type)) return type
  const smaller: GgmlType | null = type === 'Q4_K' ? 'Q5_0' : type === 'Q6_K' ? 'Q8_0' : null
  return smaller && fits(smaller) ? smaller : 'F16'
}
