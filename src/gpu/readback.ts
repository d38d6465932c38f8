import type { Gpu } from './device'
import { stagingBuffer } from './storage'
import { mappedForReading } from './work-done'

/** Copy bytes out of a buffer and wait for them. For loading, exports and checks; steps use their own staging ring. */
export async function readBuffer(gpu: Gpu, buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
  const size = Math.ceil(bytes / 4) * 4
  const staging = gpu.device.createBuffer({
    label: 'readback',
    size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  try {
    const encoder = gpu.device.createCommandEncoder({ label: 'readback' })
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size)
    gpu.device.queue.submit([encoder.finish()])
    await mappedForReading(gpu.device, staging)
    return staging.getMappedRange().slice(0, bytes)
  } finally {
    staging.destroy()
  }
}

/** A few staging buffers used in turn, so that small results come back while later work runs. */
export class ReadbackRing {
  private readonly free: GPUBuffer[]
  private readonly bytes: number
  private readonly device: GPUDevice

  constructor(gpu: Gpu, { label, bytes, count }: { label: string; bytes: number; count: number }) {
    this.bytes = bytes
    this.device = gpu.device
    const all = Array.from({ length: count }, (_, i) => stagingBuffer(gpu, `${label} ${i}`, bytes))
    this.free = [...all]
    this.release = (): void => all.forEach((buffer) => gpu.free(buffer))
  }

  readonly release: () => void

  /**
   * Record the copy of the first `bytes`, absent all; after the submit, `read` gives the words. Throws when all buffers
   * are in flight.
   */
  copy(encoder: GPUCommandEncoder, from: GPUBuffer, bytes = this.bytes): { read: () => Promise<Float32Array> } {
    const buffer = this.free.shift()
    if (!buffer) throw new Error('readback ring is exhausted: await earlier steps first')
    if (bytes > 0) encoder.copyBufferToBuffer(from, 0, buffer, 0, bytes)
    return {
      read: async () => {
        await mappedForReading(this.device, buffer)
        const words = new Float32Array(buffer.getMappedRange().slice(0, bytes))
        buffer.unmap()
        this.free.push(buffer)
        return words
      },
    }
  }
}
