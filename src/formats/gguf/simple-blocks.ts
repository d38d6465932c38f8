import { float16Of } from '../floats'

/**
 * ggml's blocks of 32 weights with one half-precision scale. Every step rounds to f32 as the C code does, so that the
 * bytes are those of llama.cpp's quantiser.
 *
 * Source: `ggml-quants.c`, `quantize_row_{q8_0,q4_0,q5_0}_ref`.
 */
const BLOCK = 32
const HALF = BLOCK / 2
const { fround } = Math

/** Scale = largest magnitude / 127, then 32 signed bytes, rounded half away from zero. */
export function quantizeQ8(x: Float32Array): Uint8Array {
  const out = new Uint8Array((x.length / BLOCK) * 34)
  for (let start = 0, at = 0; start < x.length; start += BLOCK, at += 34) {
    let largest = 0
    for (let i = start; i < start + BLOCK; i++) largest = Math.max(largest, Math.abs(x[i]))
    const scale = fround(largest / 127)
    const inverse = scale === 0 ? 0 : fround(1 / scale)
    putHalf(out, at, scale)
    for (let i = 0; i < BLOCK; i++) {
      const scaled = fround(x[start + i] * inverse)
      out[at + 2 + i] = scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5)
    }
  }
  return out
}

/** Scale = the weight of largest magnitude / -8, then 16 bytes: weight i in the low, i + 16 in the high nibble. */
export function quantizeQ4(x: Float32Array): Uint8Array {
  const out = new Uint8Array((x.length / BLOCK) * 18)
  for (let start = 0, at = 0; start < x.length; start += BLOCK, at += 18) {
    const inverse = putScale(out, at, x, start, 8)
    for (let i = 0; i < HALF; i++) {
      const low = level(x[start + i], inverse, 8)
      out[at + 2 + i] = low | (level(x[start + HALF + i], inverse, 8) << 4)
    }
  }
  return out
}

/** As Q4_0 with 5 bits: after the scale the 32 fifth bits, then the nibbles. */
export function quantizeQ5(x: Float32Array): Uint8Array {
  const out = new Uint8Array((x.length / BLOCK) * 22)
  for (let start = 0, at = 0; start < x.length; start += BLOCK, at += 22) {
    const inverse = putScale(out, at, x, start, 16)
    for (let i = 0; i < HALF; i++) {
      const low = level(x[start + i], inverse, 16)
      const high = level(x[start + HALF + i], inverse, 16)
      out[at + 6 + i] = (low & 15) | ((high & 15) << 4)
      out[at + 2 + (i >> 3)] |= (low >> 4) << (i & 7)
      out[at + 4 + (i >> 3)] |= (high >> 4) << (i & 7)
    }
  }
  return out
}

/** Writes the block's scale and returns the factor that brings a weight to [-levels, levels]. */
function putScale(out: Uint8Array, at: number, x: Float32Array, start: number, levels: number): number {
  let extreme = 0
  // The first of several that are equally large decides the sign.
  for (let i = start; i < start + BLOCK; i++) if (Math.abs(x[i]) > Math.abs(extreme)) extreme = x[i]
  const scale = fround(extreme / -levels)
  putHalf(out, at, scale)
  return scale === 0 ? 0 : fround(1 / scale)
}

/**
 * 0 .. 2 levels - 1; the extreme's opposite would be one more. `| 0` cuts the fraction off and, as a conversion in C
 * does on x86, makes 0 of what a subnormal scale divides to infinity.
 */
function level(weight: number, inverse: number, levels: number): number {
  return Math.min(2 * levels - 1, fround(fround(weight * inverse) + (levels + 0.5)) | 0)
}

/** A number as little-endian half precision. */
export function putHalf(out: Uint8Array, at: number, value: number): void {
  const bits = float16Of(value)
  out[at] = bits & 255
  out[at + 1] = bits >> 8
}
