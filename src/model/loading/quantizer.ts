import type { Gpu } from '../../gpu/device'
import type { KernelCache } from '../../gpu/kernel'
import { Replay } from '../../gpu/replay'
import { readBuffer } from '../../gpu/readback'
import { bufferTensor, type Tensor } from '../../gpu/tensor'
import { NF4_BLOCK, doubleQuantize, nf4Midpoints, quantizeBlocks, signedMap } from '../../formats/nf4'
import { toFloat32, type FloatDtype } from '../../formats/floats'
import { nf4Absmax, nf4Encode, type Nf4Layout, type SourceFormat } from '../../ops/nf4'

/** Elements quantised at a time: 16 MiB of f32 source, or what a binding holds. A multiple of the block. */
const CHUNK = 4 * 1024 * 1024
const chunkFor = ({ device }: Gpu): number =>
  Math.min(CHUNK, Math.floor(device.limits.maxStorageBufferBindingSize / 4 / NF4_BLOCK) * NF4_BLOCK)
/** Below this a block holds, or its scaling meets, numbers that GPUs may flush to zero. */
const SUBNORMAL_RISK = 1e-30

export const SOURCE_FORMATS: Record<FloatDtype, SourceFormat> = { BF16: 'bf16', F16: 'half', F32: 'f32' }

/** Reads `length` bytes of one tensor from `offset`. */
export type TensorReader = (offset: number, length: number) => Promise<Uint8Array>

/**
 * Streams float weights through the GPU into NF4. The GPU finds each block's absmax and writes the codes; the host
 * makes the reciprocals, which must round exactly, the short last block and the second quantisation of the scales.
 */
export class Quantizer {
  private readonly gpu: Gpu
  private readonly buffers: Record<'source' | 'absmax' | 'reciprocal' | 'thresholds' | 'codes', GPUBuffer>
  private readonly replays = new Map<FloatDtype, { absmax: Replay<{ n: number }>; encode: Replay<{ n: number }> }>()
  private readonly kernels: KernelCache
  private readonly chunk: number

  /** @param chunk elements a pass, a multiple of the block */
  constructor(gpu: Gpu, kernels: KernelCache, chunk = chunkFor(gpu)) {
    this.gpu = gpu
    this.kernels = kernels
    this.chunk = chunk
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC
    this.buffers = {
      source: gpu.buffer('quantize source', chunk * 4, usage),
      absmax: gpu.buffer('quantize absmax', (chunk / 64) * 4, usage),
      reciprocal: gpu.buffer('quantize reciprocal', (chunk / 64) * 4, usage),
      thresholds: gpu.buffer('quantize thresholds', 64, usage),
      codes: gpu.buffer('quantize codes', chunk / 2, usage),
    }
    gpu.device.queue.writeBuffer(this.buffers.thresholds, 0, nf4Midpoints as Float32Array<ArrayBuffer>)
  }

  private tensor(name: keyof typeof this.buffers): Tensor {
    const buffer = this.buffers[name]
    return bufferTensor(name, name === 'source' || name === 'codes' ? 'u32' : 'f32', [buffer.size / 4], buffer)
  }

  private async plansFor(dtype: FloatDtype): Promise<{ absmax: Replay<{ n: number }>; encode: Replay<{ n: number }> }> {
    let replays = this.replays.get(dtype)
    if (!replays) {
      const format = SOURCE_FORMATS[dtype]
      const source = this.tensor('source')
      replays = {
        absmax: new Replay(
          this.gpu,
          this.kernels,
          (r, { n }) => nf4Absmax(r, { source, format, absmax: this.tensor('absmax'), n }),
          { n: this.chunk },
          { label: 'nf4_absmax' },
        ),
        encode: new Replay(
          this.gpu,
          this.kernels,
          (r, { n }) =>
            nf4Encode(r, {
              source,
              format,
              reciprocal: this.tensor('reciprocal'),
              thresholds: this.tensor('thresholds'),
              weight: this.tensor('codes'),
              n,
              wordAt: 0,
            }),
          { n: this.chunk },
          { label: 'nf4_encode' },
        ),
      }
      await replays.absmax.build()
      await replays.encode.build()
      this.replays.set(dtype, replays)
    }
    return replays
  }

  /**
   * Quantise n elements of `dtype` into `weight`, laid out as `layout`. Returns the nested offset (0 when not nested).
   * @param on called with the source bytes done after every chunk
   */
  async quantize(
    weight: GPUBuffer,
    layout: Nf4Layout,
    n: number,
    dtype: FloatDtype,
    read: TensorReader,
    on: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<number> {
    const { queue } = this.gpu.device
    const size = dtype === 'F32' ? 4 : 2
    const replays = await this.plansFor(dtype)
    const absmax = new Float32Array(Math.ceil(n / NF4_BLOCK))
    const whole = Math.floor(n / NF4_BLOCK) * NF4_BLOCK
    let next = whole > 0 ? read(0, Math.min(this.chunk, whole) * size) : null
    for (let at = 0; at < whole; at += this.chunk) {
      signal?.throwIfAborted()
      const count = Math.min(this.chunk, whole - at)
      const bytes = await next!
      // The next piece is read while the GPU works on this one.
      const ahead = Math.min(this.chunk, whole - at - count)
      next = ahead > 0 ? read((at + count) * size, ahead * size) : null
      next?.catch(() => undefined)
      queue.writeBuffer(this.buffers.source, 0, bytes as Uint8Array<ArrayBuffer>)
      await replays.absmax.prepare({ n: count })
      replays.absmax.run({ n: count })
      const maxima = new Float32Array(await readBuffer(this.gpu, this.buffers.absmax, 0, (count / NF4_BLOCK) * 4))
      const exact = tinyBlocks(maxima, bytes, dtype)
      for (const { block, scale } of exact) maxima[block] = scale
      absmax.set(maxima, at / NF4_BLOCK)
      queue.writeBuffer(
        this.buffers.reciprocal,
        0,
        maxima.map((max) => 1 / Math.max(max, Math.fround(1e-38))),
      )
      await replays.encode.prepare({ n: count })
      replays.encode.run({ n: count }, (encoder) =>
        encoder.copyBufferToBuffer(this.buffers.codes, 0, weight, (layout.codeAt + at / 8) * 4, count / 2),
      )
      for (const { block, codes } of exact)
        queue.writeBuffer(weight, (layout.codeAt + at / 8) * 4 + block * (NF4_BLOCK / 2), codes)
      on(bytes.byteLength)
    }
    if (whole < n) {
      const bytes = await read(whole * size, (n - whole) * size)
      const tail = quantizeBlocks(toFloat32(bytes, dtype))
      absmax[absmax.length - 1] = tail.absmax[0]
      queue.writeBuffer(weight, (layout.codeAt + whole / 8) * 4, padded(tail.codes))
      on(bytes.byteLength)
    }
    return writeScales(this.gpu, weight, layout, absmax)
  }

  destroy(): void {
    for (const replays of this.replays.values()) {
      replays.absmax.destroy()
      replays.encode.destroy()
    }
    for (const buffer of Object.values(this.buffers)) this.gpu.free(buffer)
  }
}

/**
 * Blocks of numbers so small that a GPU may take them for zeros, quantised by the host. Blocks of true zeros need
 * nothing.
 */
function tinyBlocks(
  maxima: Float32Array,
  bytes: Uint8Array,
  dtype: FloatDtype,
): { block: number; scale: number; codes: Uint8Array<ArrayBuffer> }[] {
  const size = (dtype === 'F32' ? 4 : 2) * NF4_BLOCK
  const found = []
  for (let block = 0; block < maxima.length; block++) {
    if (maxima[block] > SUBNORMAL_RISK) continue
    const source = bytes.subarray(block * size, (block + 1) * size)
    if (source.every((byte) => byte === 0)) continue
    const { codes, absmax } = quantizeBlocks(toFloat32(source, dtype))
    found.push({ block, scale: absmax[0], codes: codes as Uint8Array<ArrayBuffer> })
  }
  return found
}

/** Scales of a weight that was quantised here, with the tables that decoding looks up. */
function writeScales(gpu: Gpu, weight: GPUBuffer, layout: Nf4Layout, absmax: Float32Array): number {
  if (!layout.nested) {
    writeTables(gpu, weight, layout, { map: signedMap, absmax })
    return 0
  }
  const { codes, nestedAbsmax, offset } = doubleQuantize(absmax)
  writeTables(gpu, weight, layout, { map: signedMap, absmaxCodes: codes, nestedAbsmax })
  return offset
}

/** Everything of a packed weight but the codes. */
export function writeTables(
  gpu: Gpu,
  weight: GPUBuffer,
  layout: Nf4Layout,
  scales: { map: Float32Array; absmax?: Float32Array; absmaxCodes?: Uint8Array; nestedAbsmax?: Float32Array },
): void {
  const { queue } = gpu.device
  queue.writeBuffer(weight, 0, scales.map as Float32Array<ArrayBuffer>)
  if (scales.nestedAbsmax)
    queue.writeBuffer(weight, layout.nestedAt * 4, scales.nestedAbsmax as Float32Array<ArrayBuffer>)
  if (scales.absmaxCodes) queue.writeBuffer(weight, layout.absmaxAt * 4, padded(scales.absmaxCodes))
  if (scales.absmax) queue.writeBuffer(weight, layout.absmaxAt * 4, scales.absmax as Float32Array<ArrayBuffer>)
}

/** Bytes padded with zeros to whole words, as writeBuffer wants them. */
export function padded(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  out.set(bytes)
  return out
}
