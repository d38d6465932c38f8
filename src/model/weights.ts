import type { Tensor } from '../gpu/tensor'
import type { LinearWeight } from '../ops/linear'
import type { TablePart } from '../ops/rows'
import type { Projection } from '../contracts/model'

/**
 * Linears that read the same rows: where they are NF4, they stand side by side in one buffer, and a token that is
 * answered takes one dispatch for each group.
 */
export const ANSWER_GROUPS = [
  ['q_proj', 'k_proj', 'v_proj'],
  ['o_proj'],
  ['gate_proj', 'up_proj'],
  ['down_proj'],
] as const satisfies readonly (readonly Projection[])[]

/** The frozen weights of one layer. Norms and biases are f32. */
export interface LayerWeights {
  inputNorm: Tensor
  postNorm: Tensor
  /** Qwen3's norms over each head of q and k, [D]. */
  qNorm: Tensor | null
  kNorm: Tensor | null
  linears: Record<Projection, { weight: LinearWeight; bias: Tensor | null }>
  /** The biases of q, k and v, and of gate and up, one behind the other, where one of them has any. */
  joinedBiases: { attention: Tensor | null; feedForward: Tensor | null }
}

/** Input embedding rows that stay with the host: an untied table is read row by row from its source. */
export interface HostTable {
  /** f32 row [C] of a token. */
  row(id: number): Promise<Float32Array>
}

export interface ModelWeights {
  /** Head rows [V, C] on the GPU in the source's own precision; with a tied head also the input embedding. */
  head: TablePart[]
  /** null: tied, gather from `head`. */
  hostEmbedding: HostTable | null
  finalNorm: Tensor
  layers: LayerWeights[]
  nf4Bytes: number
  headBytes: number
  otherBytes: number
}
