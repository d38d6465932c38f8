import { fail } from '../errors'
import { bnbScales, isBnbTensor, readBnbTensor } from './bnb'
import { isFloatDtype, toFloat32 } from './floats'
import { joined } from './joined'
import { dequantizeBlocks, dequantizeScales, doubleQuantize, NF4_BLOCK, quantizeBlocks } from './nf4'
import { elementBytes } from './safetensors'
import type { WeightSource } from '../contracts/weights'

export interface SourceRows {
  floats(from: number, count: number): Promise<Float32Array>
  /** The stored bytes, where they are floats already. */
  raw?: (from: number, count: number) => Promise<Uint8Array>
}

/** Elements quantised at a time; whole blocks. */
const WINDOW = NF4_BLOCK << 15

/** Rows of a source tensor, whether stored as floats or as NF4. */
export async function sourceRows(weights: WeightSource, name: string, width: number): Promise<SourceRows> {
  const { dtype } = weights.tensors.get(name)!
  // First, because codes may be stored under a float's name.
  const quantized = isBnbTensor(weights, name)
  if (!quantized && isFloatDtype(dtype)) {
    const size = width * elementBytes(dtype)
    const raw = (from: number, count: number) => weights.read(name, from * size, count * size)
    return { raw, floats: async (from, count) => toFloat32(await raw(from, count), dtype) }
  }
  if (!quantized) throw fail('model-tensor-dtype', { tensor: name, dtype })
  const scales = bnbScales(await readBnbTensor(weights, name, width))
  return {
    async floats(from, count) {
      const first = from * width
      const startByte = Math.floor(first / 2)
      const endByte = Math.ceil((first + count * width) / 2)
      return dequantizeBlocks(await weights.read(name, startByte, endByte - startByte), scales, count * width, first)
    },
  }
}

/** Rows of what a float tensor becomes in NF4 with double quantisation. Its codes are held, half a byte a weight. */
export async function quantizedRows(weights: WeightSource, name: string, width: number): Promise<SourceRows> {
  const parts: { codes: Uint8Array; absmax: Float32Array }[] = []
  for await (const { values } of wholeBlocks(weights, name)) parts.push(quantizeBlocks(values))
  const codes = joined(
    parts.map((part) => part.codes),
    Uint8Array,
  )
  const scales = dequantizeScales(
    doubleQuantize(
      joined(
        parts.map((part) => part.absmax),
        Float32Array,
      ),
    ),
  )
  return {
    async floats(from, count) {
      const first = from * width
      return dequantizeBlocks(codes.subarray(Math.floor(first / 2)), scales, count * width, first)
    },
  }
}

/**
 * A float tensor as f32 in windows of whole blocks, so that windows can be quantised one by one; `bytes` is what was
 * read.
 */
async function* wholeBlocks(
  weights: WeightSource,
  name: string,
): AsyncGenerator<{ values: Float32Array; bytes: number }> {
  const { dtype, bytes } = weights.tensors.get(name)!
  if (!isFloatDtype(dtype)) throw fail('model-tensor-dtype', { tensor: name, dtype })
  const step = WINDOW * elementBytes(dtype)
  for (let offset = 0; offset < bytes; offset += step) {
    const read = await weights.read(name, offset, Math.min(step, bytes - offset))
    yield { values: toFloat32(read, dtype), bytes: read.length }
  }
}

/** Windows of rows cut anew so that blocks of 64 run over row ends, as bitsandbytes counts them. */
export async function* cutAtBlocks(rows: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
  let rest = new Float32Array()
  for await (const values of rows) {
    const all = rest.length === 0 ? values : joined([rest, values], Float32Array)
    const end = all.length - (all.length % NF4_BLOCK)
    rest = all.slice(end)
    if (end > 0) yield all.subarray(0, end)
  }
  if (rest.length > 0) yield rest
}
