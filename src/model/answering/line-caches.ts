import type { CacheType } from '../../contracts/answers'
import type { ModelConfig } from '../../contracts/model'
import { bufferTensor, bytesPerElement, type Tensor } from '../../gpu/tensor'
import type { LayerCache } from '../../ops/answering/steps'

/** Where keys and values of a layer stand: keys [slots, capacity, K D], then, from element `values` on, the values. */
export interface CacheLayout {
  slots: number
  /** Tokens of a slot. */
  capacity: number
  dtype: CacheType
  /** A multiple of 64 vectors, where a binding may begin. */
  values: number
  bytes: number
}

export function cacheLayout(config: ModelConfig, slots: number, capacity: number, dtype: CacheType): CacheLayout {
  const elements = slots * capacity * config.kvHeads * config.headDim
  const values = Math.ceil(elements / 256) * 256
  return { slots, capacity, dtype, values, bytes: (values + Math.ceil(elements / 8) * 8) * bytesPerElement(dtype) }
}

/** Views of a layer's cache for a prompt's pass, which reads keys and values apart. */
export function promptViews({ values, dtype, bytes }: CacheLayout, buffer: GPUBuffer): { k: Tensor; v: Tensor } {
  const rest = bytes / bytesPerElement(dtype) - values
  return {
    k: bufferTensor('keys', dtype, [values], buffer),
    v: bufferTensor('values', dtype, [rest], buffer, values * bytesPerElement(dtype)),
  }
}

/** The whole of it, for steps. */
export function stepCache(layout: CacheLayout, buffer: GPUBuffer): LayerCache {
  const { dtype, bytes, capacity, values } = layout
  return { tensor: bufferTensor('cache', dtype, [bytes / bytesPerElement(dtype)], buffer), capacity, values }
}
