import { dequantizeBlockwise, quantizeBlockwise } from './blockwise'
import { dynamicMap } from './dynamic-map'

/**
 * Values of the 4-bit NormalFloat type in the order of their codes (QLoRA, appendix E; bitsandbytes `functional.py`).
 */
export const nf4Values = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
)

/** Weights that share one scale. */
export const NF4_BLOCK = 64
/** Scales that share one nested scale. */
export const NESTED_BLOCK = 256

/** Borders between neighbouring codes; a value on a border takes the lower code. */
export const nf4Midpoints = Float32Array.from(
  { length: 15 },
  (_, i) => Math.fround(nf4Values[i] + nf4Values[i + 1]) / 2,
)

/** The signed dynamic map, in which double quantisation stores the scales. */
export const signedMap = dynamicMap(true)

// bitsandbytes' floor under a scale, so that its reciprocal stays finite.
const SMALLEST = Math.fround(1e-38)

/** Code 0..15 of a value scaled to [-1, 1]. */
function nearestCode(scaled: number): number {
  let low = 0
  let high = 15
  while (low < high) {
    const middle = (low + high) >> 1
    if (scaled > nf4Midpoints[middle]) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * NF4 codes of `values` in blocks of 64 (row-major, so blocks run over row ends), two a byte, the first in the high
 * nibble; and each block's absmax. The last block may be short; after an odd count the last low nibble is the code of
 * 0.
 *
 * Bit for bit `quantize_4bit` of bitsandbytes 0.50 on CPU, which scales whole blocks by the f32 reciprocal of absmax
 * but divides in a short last block, and floors only that block's stored absmax at 1e-38.
 */
export function quantizeBlocks(values: Float32Array): { codes: Uint8Array; absmax: Float32Array } {
  const n = values.length
  const codes = new Uint8Array(Math.ceil(n / 2))
  const absmax = new Float32Array(Math.ceil(n / NF4_BLOCK))
  for (let block = 0; block < absmax.length; block++) {
    const start = block * NF4_BLOCK
    const end = Math.min(start + NF4_BLOCK, n)
    const short = end - start < NF4_BLOCK
    let max = 0
    for (let i = start; i < end; i++) max = Math.max(max, Math.abs(values[i]))
    const divisor = Math.max(max, SMALLEST)
    absmax[block] = short ? divisor : max
    const inverse = Math.fround(1 / divisor)
    for (let i = start; i < end; i++) {
      const code = nearestCode(Math.fround(short ? values[i] / divisor : values[i] * inverse))
      codes[i >> 1] |= i % 2 === 0 ? code << 4 : code
    }
  }
  if (n % 2 === 1) codes[n >> 1] |= nearestCode(0)
  return { codes, absmax }
}

/** Scales of NF4 blocks in 8 bits: scale = signedMap[code] * nestedAbsmax + offset, all in f32. */
export interface NestedScales {
  codes: Uint8Array
  /** One a 256 scales. */
  nestedAbsmax: Float32Array
  /** Mean of the scales. */
  offset: number
}

/**
 * Double quantisation of a tensor's scales. The mean is summed in f64 and rounded once; torch sums in f32 in an order
 * that depends on the processor and the thread count, so its last bit may differ from ours (and from torch elsewhere).
 */
export function doubleQuantize(absmax: Float32Array): NestedScales {
  let sum = 0
  for (const value of absmax) sum += value
  return doubleQuantizeAround(absmax, Math.fround(sum / Math.max(1, absmax.length)))
}

/** Double quantisation around a given offset. */
export function doubleQuantizeAround(absmax: Float32Array, offset: number): NestedScales {
  const { codes, absmax: nestedAbsmax } = quantizeBlockwise(
    absmax.map((value) => value - offset),
    signedMap,
    NESTED_BLOCK,
  )
  return { codes, nestedAbsmax, offset }
}

/** The f32 scales that double-quantised ones stand for. `map` is the checkpoint's own where it brings one. */
export function dequantizeScales(
  scales: NestedScales,
  map: Float32Array = signedMap,
  blockSize = NESTED_BLOCK,
): Float32Array {
  const centred = dequantizeBlockwise({ codes: scales.codes, absmax: scales.nestedAbsmax }, map, blockSize)
  return centred.map((value) => value + scales.offset)
}

/**
 * The `count` f32 values that NF4 codes stand for: value of the code times the block's scale. `from` is the first
 * value's place in the tensor and `codes` begins with the byte that holds it, so a tensor can be read in pieces.
 */
export function dequantizeBlocks(codes: Uint8Array, absmax: Float32Array, count: number, from = 0): Float32Array {
  const out = new Float32Array(count)
  const firstByte = Math.floor(from / 2)
  for (let i = 0; i < count; i++) {
    const at = from + i
    const byte = codes[Math.floor(at / 2) - firstByte]
    out[i] = nf4Values[at % 2 === 0 ? byte >> 4 : byte & 15] * absmax[Math.floor(at / NF4_BLOCK)]
  }
  return out
}
