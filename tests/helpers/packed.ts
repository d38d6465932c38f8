import { fromFloat32, toFloat32, type FloatDtype } from '../../src/formats/floats'

/** Values rounded to a storage format, and their bytes as u32 words, padded with zeros to whole words of 16 bytes. */
export function packed(values: Float32Array, dtype: FloatDtype): { words: Uint32Array; values: Float32Array } {
  const bytes = fromFloat32(values, dtype)
  const words = new Uint32Array(Math.ceil(bytes.byteLength / 16) * 4)
  new Uint8Array(words.buffer).set(bytes)
  return { words, values: toFloat32(bytes, dtype) }
}

/** The GPU's names of those formats. */
export const GPU_DTYPE = { F32: 'f32', BF16: 'bf16', F16: 'half' } as const
