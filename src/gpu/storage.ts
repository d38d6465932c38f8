import { fail } from '../errors'
import type { Gpu } from './device'
import { bufferTensor, byteLength, bytesPerElement, type Tensor, type TensorDtype } from './tensor'

/** What can be uploaded: words, or bytes of them. */
export type Uploaded = Float32Array | Int32Array | Uint32Array | Uint8Array

/** A buffer that kernels bind and that can be copied in and out. */
export function storageBuffer(gpu: Gpu, label: string, bytes: number): GPUBuffer {
  return gpu.buffer(label, bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC)
}

/** A buffer that results are copied into and the host maps. */
export function stagingBuffer(gpu: Gpu, label: string, bytes: number): GPUBuffer {
  return gpu.buffer(label, bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)
}

/**
 * A tensor with a storage buffer of its own.
 * @throws TuneError gpu-tensor-too-large where a binding cannot hold it
 */
export function storageTensor(gpu: Gpu, label: string, dtype: TensorDtype, shape: readonly number[]): Tensor {
  const bytes = byteLength({ dtype, shape })
  const limit = gpu.device.limits.maxStorageBufferBindingSize
  if (bytes > limit) throw fail('gpu-tensor-too-large', { tensor: label, bytes, limit })
  return bufferTensor(label, dtype, shape, storageBuffer(gpu, label, bytes))
}

/** Write into a buffer from byte `at`; a part of a word at the end is filled up with zeros. */
export function write(gpu: Gpu, buffer: GPUBuffer, data: Uploaded, at = 0): void {
  const words = data.byteLength % 4 ? wholeWords(data) : data
  gpu.device.queue.writeBuffer(buffer, at, words as Uint8Array<ArrayBuffer>)
}

/** A tensor filled with data; by default a vector of the data's own type. */
export function uploadTensor(
  gpu: Gpu,
  label: string,
  data: Uploaded,
  as: { dtype?: TensorDtype; shape?: readonly number[] } = {},
): Tensor {
  const dtype = as.dtype ?? (data instanceof Float32Array ? 'f32' : data instanceof Int32Array ? 'i32' : 'u32')
  const tensor = storageTensor(gpu, label, dtype, as.shape ?? [data.byteLength / bytesPerElement(dtype)])
  write(gpu, tensor.buffer!, data)
  return tensor
}

function wholeWords(data: Uploaded): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil(data.byteLength / 4) * 4)
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return out
}
