import { fromFloat32 } from '../floats'
import type { GgmlType } from './ggml-types'
import { quantizeQ4, quantizeQ5, quantizeQ8 } from './simple-blocks'
import { quantizeQ4K, quantizeQ5K, quantizeQ6K } from './super-blocks'

const QUANTIZERS: Record<GgmlType, (values: Float32Array) => Uint8Array> = {
  F32: (values) => fromFloat32(values, 'F32'),
  F16: (values) => fromFloat32(values, 'F16'),
  BF16: (values) => fromFloat32(values, 'BF16'),
  Q8_0: quantizeQ8,
  Q4_0: quantizeQ4,
  Q5_0: quantizeQ5,
  Q4_K: quantizeQ4K,
  Q5_K: quantizeQ5K,
  Q6_K: quantizeQ6K,
}

/** Whole rows of weights as a GGUF tensor of this type holds them; `values` must be whole blocks. */
export function quantizeRows(values: Float32Array, type: GgmlType): Uint8Array {
  return QUANTIZERS[type](values)
}
