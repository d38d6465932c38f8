import type { Gpu } from '../../gpu/device'
import { storageBuffer } from '../../gpu/storage'
import { bufferTensor, type Tensor } from '../../gpu/tensor'
import type { Projection } from '../../contracts/model'
import type { LayerAdapter } from '../passes/layer-context'

/** The adapted linears of one group, as the kernels of answers take them. */
export interface GroupAdapter {
  /** All their A and B, f32 */
  page: Tensor
  rank: number
  scale: number
  /** In the group's order; null: not adapted. First elements of A [rank, K] and B [N, rank] in the page. */
  parts: ({ a: number; b: number } | null)[]
}

/**
 * A group's A and B in one binding: the adapter's own page, or, where a page ends within the group, a copy, which
 * `keep` hears of. null: no linear of the group is adapted.
 */
export function groupAdapter(
  gpu: Gpu,
  adapter: LayerAdapter | null,
  place: { layer: number; group: readonly Projection[] },
  keep: (buffer: GPUBuffer) => void,
): GroupAdapter | null {
  const pairs = place.group.map((projection) => adapter?.get(place.layer, projection) ?? null)
  const tensors = pairs.flatMap((pair) => (pair ? [pair.A, pair.B] : []))
  if (!adapter || tensors.length === 0) return null
  const { buffer, starts } = inOneBuffer(gpu, tensors, keep)
  const page = bufferTensor('adapter', 'f32', [buffer.size / 4], buffer)
  return {
    page,
    rank: tensors[0].shape[0],
    scale: adapter.scale,
    parts: pairs.map((pair) => pair && { a: starts.get(pair.A)!, b: starts.get(pair.B)! }),
  }
}

/** First elements of the tensors in the one buffer that holds them all. */
function inOneBuffer(gpu: Gpu, tensors: Tensor[], keep: (buffer: GPUBuffer) => void) {
  const first = tensors[0].buffer!
  if (tensors.every(({ buffer }) => buffer === first)) {
    return { buffer: first, starts: new Map(tensors.map((tensor) => [tensor, tensor.offset / 4])) }
  }
  const starts = new Map<Tensor, number>()
  let length = 0
  for (const tensor of tensors) {
    starts.set(tensor, length)
    // Rows of A are read in vectors.
    length += Math.ceil((tensor.shape[0] * tensor.shape[1]) / 64) * 64
  }
  const buffer = storageBuffer(gpu, 'adapter of a group', length * 4)
  keep(buffer)
  const encoder = gpu.device.createCommandEncoder({ label: 'adapter of a group' })
  for (const tensor of tensors) {
    const bytes = tensor.shape[0] * tensor.shape[1] * 4
    encoder.copyBufferToBuffer(tensor.buffer!, tensor.offset, buffer, starts.get(tensor)! * 4, bytes)
  }
  gpu.device.queue.submit([encoder.finish()])
  return { buffer, starts }
}
