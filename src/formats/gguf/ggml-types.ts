/** Element types of GGUF tensors that are written here, as ggml spells them. */
export type GgmlType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0' | 'Q5_0' | 'Q4_K' | 'Q5_K' | 'Q6_K'

interface Layout {
  /** ggml's number of the type. */
  id: number
  /** Weights that share a block; rows are whole blocks. */
  block: number
  /** Bytes of a block. */
  bytes: number
}

/** Source: `ggml.h`, `enum ggml_type`, and `ggml-common.h`. */
export const GGML_TYPES: Record<GgmlType, Layout> = {
  F32: { id: 0, block: 1, bytes: 4 },
  F16: { id: 1, block: 1, bytes: 2 },
  Q4_0: { id: 2, block: 32, bytes: 18 },
  Q5_0: { id: 6, block: 32, bytes: 22 },
  Q8_0: { id: 8, block: 32, bytes: 34 },
  Q4_K: { id: 12, block: 256, bytes: 144 },
  Q5_K: { id: 13, block: 256, bytes: 176 },
  Q6_K: { id: 14, block: 256, bytes: 210 },
  BF16: { id: 30, block: 1, bytes: 2 },
}

/** Bytes of a tensor in rows of shape.at(-1) elements. Throws RangeError where a row is no whole number of blocks. */
export function ggmlBytes(type: GgmlType, shape: readonly number[]): number {
  const { block, bytes } = GGML_TYPES[type]
  const width = shape.at(-1)!
  if (width % block !== 0) throw new RangeError(`rows of ${width} are no whole blocks of ${type}`)
  return (shape.reduce((product, n) => product * n, 1) / block) * bytes
}
