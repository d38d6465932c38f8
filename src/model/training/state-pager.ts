import type { Gpu } from '../../gpu/device'
import { partBytes, WINDOWS, type OptimizerPart } from './optimizer-layout'

/** Blocks that pass through a window together. */
export interface Chunk {
  part: number
  /** In blocks of the part. */
  first: number
  count: number
  window: number
}

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
  readonly chunks: Chunk[] = []
  readonly windows: GPUBuffer[]
  private readonly gpu: Gpu
  private readonly parts: OptimizerPart[]
  private readonly staging: GPUBuffer[]
  private readonly homeward: (Promise<void> | null)[]

  constructor(gpu: Gpu, parts: OptimizerPart[], windowBytes: number) {
    this.gpu = gpu
    this.parts = parts
    this.host = parts.map((part) => new Uint8Array(partBytes(part)))
    for (const [part, { blocks, recordBytes }] of parts.entries()) {
      const most = Math.floor(windowBytes / recordBytes)
      for (let first = 0; first < blocks.length; first += most) {
        this.chunks.push({
          part,
          first,
          count: Math.min(most, blocks.length - first),
          window: this.chunks.length % WINDOWS,
        })
      }
    }
    const make = (label: string, usage: GPUBufferUsageFlags): GPUBuffer[] =>
      Array.from({ length: WINDOWS }, (_, i) => gpu.buffer(`${label} ${i}`, windowBytes, usage))
    this.windows = make('optimizer window', GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC)
    this.staging = make('optimizer staging', GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)
    this.homeward = this.staging.map(() => null)
  }

  private bytesOf(chunk: Chunk): Uint8Array<ArrayBuffer> {
    const { recordBytes } = this.parts[chunk.part]
    return this.host[chunk.part].subarray(chunk.first * recordBytes, (chunk.first + chunk.count) * recordBytes)
  }

  /** Write a chunk into its window, once that window's last chunk has come home. */
  async bring(chunk: Chunk): Promise<void> {
    await this.settle(chunk.window)
    this.gpu.device.queue.writeBuffer(this.windows[chunk.window], 0, this.bytesOf(chunk))
  }

  copyBack(encoder: GPUCommandEncoder, chunk: Chunk): void {
    encoder.copyBufferToBuffer(this.windows[chunk.window], 0, this.staging[chunk.window], 0, this.bytesOf(chunk).length)
  }

  /** To be called after the submit that holds copyBack. */
  submitted(chunk: Chunk): void {
    const staging = this.staging[chunk.window]
    const bytes = this.bytesOf(chunk)
    const home = staging.mapAsync(GPUMapMode.READ, 0, bytes.length).then(() => {
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
