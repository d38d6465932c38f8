import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer } from '../../gpu/readback'
import { storageBuffer, uploadTensor, write } from '../../gpu/storage'
import { bufferTensor, type Tensor } from '../../gpu/tensor'
import { NF4_BLOCK, doubleQuantize, nf4Midpoints, quantizeBlocks, signedMap } from '../../formats/nf4'
import { toFloat32, type FloatDtype } from '../../formats/floats'
import { nf4Absmax, nf4Encode, type Nf4Layout, type Nf4Weight, type SourceFormat } from '../../ops/nf4'

/** Elements quantised at a time: the device's choice, or what a binding holds. A multiple of the block. */
const chunkFor = ({ device, kernels }: Gpu): number =>
  Math.min(
    kernels.tuning.quantizeElements,
    Math.floor(device.limits.maxStorageBufferBindingSize / 4 / NF4_BLOCK) * NF4_BLOCK,
  )

/** Below this a block holds, or its scaling meets, numbers that GPUs may flush to zero. */
const SUBNORMAL_RISK = 1e-30

export const SOURCE_FORMATS: Record<FloatDtype, SourceFormat> = { BF16: 'bf16', F16: 'half', F32: 'f32' }

/** The floats of one tensor as they are quantised. */
export interface FloatStream {
  dtype: FloatDtype
  /** `length` bytes from `offset`. */
  read: (offset: number, length: number) => Promise<Uint8Array>
  /** Called with the source bytes done after every chunk. */
  on: (bytes: number) => void
  signal?: AbortSignal
}

/**
 * Streams float weights through the GPU into NF4. The GPU finds each block's absmax and writes the codes; the host
 * makes the reciprocals, which must round exactly, the short last block and the second quantisation of the scales.
 */
export class Quantizer {
  private readonly gpu: Gpu
  private readonly buffers: Record<'source' | 'absmax' | 'reciprocal' | 'thresholds' | 'codes', GPUBuffer>
  private readonly replays = new Map<FloatDtype, { absmax: Replay<{ n: number }>; encode: Replay<{ n: number }> }>()
  private readonly chunk: number

  /** @param chunk elements a pass, a multiple of the block */
  constructor(gpu: Gpu, chunk = chunkFor(gpu)) {
    this.gpu = gpu
    this.chunk = chunk
    const make = (name: string, bytes: number): GPUBuffer => storageBuffer(gpu, `quantize ${name}`, bytes)
    this.buffers = {
      source: make('source', chunk * 4),
      absmax: make('absmax', (chunk / NF4_BLOCK) * 4),
      reciprocal: make('reciprocal', (chunk / NF4_BLOCK) * 4),
      thresholds: uploadTensor(gpu, 'quantize thresholds', nf4Midpoints).buffer!,
      codes: make('codes', chunk / 2),
    }
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
          (r, { n }) => nf4Absmax(r, { source, format, absmax: this.tensor('absmax'), n }),
          { n: this.chunk },
          { label: 'nf4_absmax' },
        ),
        encode: new Replay(
          this.gpu,
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
   * Quantise n elements into `weight` from byte `at`, laid out as `layout`. Returns the nested offset (0 when not
   * nested).
   */
  async quantize(
    { weight, at: base = 0, layout, n }: { weight: GPUBuffer; at?: number; layout: Nf4Layout; n: number },
    { dtype, read, on, signal }: FloatStream,
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
        encoder.copyBufferToBuffer(this.buffers.codes, 0, weight, base + (layout.codeAt + at / 8) * 4, count / 2),
      )
      for (const { block, codes } of exact)
        queue.writeBuffer(weight, base + (layout.codeAt + at / 8) * 4 + block * (NF4_BLOCK / 2), codes)
      on(bytes.byteLength)
    }
    if (whole < n) {
      const bytes = await read(whole * size, (n - whole) * size)
      const tail = quantizeBlocks(toFloat32(bytes, dtype))
      absmax[absmax.length - 1] = tail.absmax[0]
      write(this.gpu, weight, tail.codes, base + (layout.codeAt + whole / 8) * 4)
      on(bytes.byteLength)
    }
    return writeScales(this.gpu, { buffer: weight, at: base, layout }, absmax)
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
function writeScales(gpu: Gpu, into: PackedPlace, absmax: Float32Array): number {
  if (!into.layout.nested) {
    writeTables(gpu, into, { map: signedMap, absmax })
    return 0
  }
  const { codes, nestedAbsmax, offset } = doubleQuantize(absmax)
  writeTables(gpu, into, { map: signedMap, absmaxCodes: codes, nestedAbsmax })
  return offset
}

/** Where a packed weight stands: from byte `at` of the buffer. */
type PackedPlace = Pick<Nf4Weight, 'buffer' | 'at' | 'layout'>

/** Everything of a packed weight but the codes. */
export function writeTables(
  gpu: Gpu,
  { buffer, at = 0, layout }: PackedPlace,
  scales: { map: Float32Array; absmax?: Float32Array; absmaxCodes?: Uint8Array; nestedAbsmax?: Float32Array },
): void {
  write(gpu, buffer, scales.map, at)
  if (scales.nestedAbsmax) write(gpu, buffer, scales.nestedAbsmax, at + layout.nestedAt * 4)
  if (scales.absmaxCodes) write(gpu, buffer, scales.absmaxCodes, at + layout.absmaxAt * 4)
  if (scales.absmax) write(gpu, buffer, scales.absmax, at + layout.absmaxAt * 4)
}
