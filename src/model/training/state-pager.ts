import type { Gpu } from '../../gpu/device'
import { mappedForReading } from '../../gpu/work-done'
import { stagingBuffer, storageBuffer } from '../../gpu/storage'
import { partBytes, windowChunks, WINDOWS, type OptimizerPart, type WindowChunk } from './optimizer-layout'

/**
 * Optimiser states on the host, streamed through windows on the GPU. WebGPU has no unified memory, so paging is
 * explicit:
 * a chunk is written into a window, updated there, copied into the window's staging buffer and from there to the host.
 * With two windows a chunk's upload and update overlap the way home of the one before; a chunk waits only for its own
 * window's last. The last ones of a step come home when the next step, or a save, needs them.
 */
export class StatePager {
  /** States of each part, records in block order. */
  readonly host: Uint8Array<ArrayBuffer>[]
  readonly chunks: readonly WindowChunk[]
  readonly windows: GPUBuffer[]
  private readonly gpu: Gpu
  private readonly parts: OptimizerPart[]
  private readonly staging: GPUBuffer[]
  private readonly homeward: (Promise<void> | null)[]

  constructor(gpu: Gpu, parts: OptimizerPart[], windowBytes: number) {
    this.gpu = gpu
    this.parts = parts
    this.host = parts.map((part) => new Uint8Array(partBytes(part)))
    this.chunks = windowChunks(parts, windowBytes)
    const make = (one: (index: number) => GPUBuffer): GPUBuffer[] => Array.from({ length: WINDOWS }, (_, i) => one(i))
    this.windows = make((i) => storageBuffer(gpu, `optimizer window ${i}`, windowBytes))
    this.staging = make((i) => stagingBuffer(gpu, `optimizer staging ${i}`, windowBytes))
    this.homeward = this.staging.map(() => null)
  }

  private bytesOf(chunk: WindowChunk): Uint8Array<ArrayBuffer> {
    const { recordBytes } = this.parts[chunk.part]
    return this.host[chunk.part].subarray(chunk.first * recordBytes, (chunk.first + chunk.count) * recordBytes)
  }

  /** Write a chunk into its window, once that window's last chunk has come home. */
  async bring(chunk: WindowChunk): Promise<void> {
    await this.settle(chunk.window)
    this.gpu.device.queue.writeBuffer(this.windows[chunk.window], 0, this.bytesOf(chunk))
  }

  copyBack(encoder: GPUCommandEncoder, chunk: WindowChunk): void {
    encoder.copyBufferToBuffer(this.windows[chunk.window], 0, this.staging[chunk.window], 0, this.bytesOf(chunk).length)
  }

  /** To be called after the submit that holds copyBack. */
  submitted(chunk: WindowChunk): void {
    const staging = this.staging[chunk.window]
    const bytes = this.bytesOf(chunk)
    const home = mappedForReading(this.gpu.device, staging, bytes.length).then(() => {
      bytes.set(new Uint8Array(staging.getMappedRange(0, bytes.length)))
      staging.unmap()
    })
    // A device that dies, or a trainer that is destroyed, rejects the map; whoever waits for it next hears of it.
    home.catch(() => undefined)
    this.homeward[chunk.window] = home
  }

  /** Wait until the chunks on their way are home; of one window, or all. */
  async settle(window?: number): Promise<void> {
    for (const index of window === undefined ? this.homeward.keys() : [window]) {
      await this.homeward[index]
      this.homeward[index] = null
    }
  }

  destroy(): void {
    for (const buffer of [...this.windows, ...this.staging]) this.gpu.free(buffer)
  }
}
