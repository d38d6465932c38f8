import type { CacheLayout } from '../../contracts/answer-cache'
import { bufferTensor, bytesPerElement, type Tensor } from '../../gpu/tensor'
import type { LayerCache } from '../../ops/answering/steps'

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
