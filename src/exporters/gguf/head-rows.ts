/**
 * llama.cpp turns the pairs (2i, 2i + 1) of some architectures' heads where transformers turns (i, i + D/2): the rows
 * of q and k are put in that order in the file. Whole heads of rows, [count, width] with count a multiple of D.
 *
 * Source: llama.cpp, the converter's `LlamaModel.permute`.
 */
export function interleavedRows(rows: Float32Array, width: number, headDim: number): Float32Array {
  const out = new Float32Array(rows.length)
  for (let row = 0; row * width < rows.length; row++) {
    const inHead = row % headDim
    const from = row - inHead + (inHead >> 1) + (inHead & 1) * (headDim / 2)
    out.set(rows.subarray(from * width, (from + 1) * width), row * width)
  }
  return out
}

/** Whether rows of this tensor belong to heads that are turned. */
export const isTurned = (ggufName: string) => /\.attn_[qk]\.(weight|bias)\b/.test(ggufName)
