/** `bf16` and `half` (IEEE f16) are pairs packed in u32, readable without shader-f16; `f16` is WGSL's own type. */
export type TensorDtype = 'f32' | 'f16' | 'u32' | 'i32' | 'bf16' | 'half'

export function bytesPerElement(dtype: TensorDtype): number {
  return dtype === 'f16' || dtype === 'bf16' || dtype === 'half' ? 2 : 4
}

/**
 * A shaped view of GPU memory. `buffer` tensors exist (weights, gradients, caches); `virtual` ones are placed by the
 * replay and live only between the first and the last dispatch that names them.
 */
export interface Tensor {
  readonly label: string
  readonly dtype: TensorDtype
  readonly shape: readonly number[]
  /** Position in the recording for virtual tensors, -1 for those with a buffer. */
  readonly id: number
  readonly buffer: GPUBuffer | null
  /** Byte offset into `buffer`; a multiple of 256. */
  readonly offset: number
  /** Kind of memory for the plan's table: activations, checkpoints, scratch... */
  readonly kind: string
}

function elements(tensor: { shape: readonly number[] }): number {
  return tensor.shape.reduce((product, size) => product * size, 1)
}

export function byteLength(tensor: { shape: readonly number[]; dtype: TensorDtype }): number {
  return roundUp(elements(tensor) * bytesPerElement(tensor.dtype))
}

/** What a buffer of `bytes` takes on the device: whole vectors, and never nothing. */
export function bufferBytes(bytes: number): number {
  return Math.max(16, roundUp(bytes))
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 16) * 16

/** A tensor over an existing buffer. */
export function bufferTensor(
  label: string,
  dtype: TensorDtype,
  shape: readonly number[],
  buffer: GPUBuffer,
  offset = 0,
): Tensor {
  return { label, dtype, shape, id: -1, buffer, offset, kind: 'persistent' }
}
