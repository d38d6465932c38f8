import { float16Of, fromFloat16 } from '../floats'
import { putHalf } from './simple-blocks'

/**
 * ggml's "K" types: super-blocks of 256 weights whose sub-blocks have small integer scales, searched so that the
 * weighted squared error is least. Every sum and product rounds to f32 in the C code's order, without fused operations,
 * as llama.cpp's own binaries compute it: the bytes are theirs.
 *
 * Source: `ggml-quants.c`, `quantize_row_{q4,q5,q6}_K_ref` with `make_qkx2_quants` and `make_qx_quants`.
 */
const SUPER = 256
const { fround } = Math

/**
 * Round half to even between `low` and `high`, as the C code does: 1.5 * 2^23 is added in f32, the sum's fraction is
 * the result. So infinity, which tiny weights divided by a subnormal scale give, counts as the lowest, there and here.
 */
function nearest(value: number, low: number, high: number): number {
  const whole = fround(value + 12582912) - 12582912
  // Written so that what is no number is the lowest, too.
  return whole >= low ? (whole > high ? (whole === Infinity ? low : high) : whole) : low
}

/** 0..63; one below zero wraps around in a byte first, as in C. */
const sixBits = (value: number) => Math.min(63, nearest(value, -256, 255) & 255)

/** Below this a group counts as zeros. */
const NOTHING = fround(1e-15)

/** A sub-block as levels * scale - min. */
interface Affine {
  scale: number
  min: number
}

/** 4 bits a weight, 4.5 with the scales: Q4_K. */
export function quantizeQ4K(x: Float32Array): Uint8Array {
  const out = new Uint8Array((x.length / SUPER) * 144)
  const levels = new Uint8Array(SUPER)
  for (let start = 0, at = 0; start < x.length; start += SUPER, at += 144) {
    affineLevels(x, start, { top: 15, from: -1, steps: 20 }, levels, out.subarray(at, at + 16))
    putNibbles(levels, out, at + 16)
  }
  return out
}

/** 5 bits a weight, 5.5 with the scales: Q5_K. The fifth bits of 32 weights stand in one byte for each eight groups. */
export function quantizeQ5K(x: Float32Array): Uint8Array {
  const out = new Uint8Array((x.length / SUPER) * 176)
  const levels = new Uint8Array(SUPER)
  for (let start = 0, at = 0; start < x.length; start += SUPER, at += 176) {
    affineLevels(x, start, { top: 31, from: -0.5, steps: 15 }, levels, out.subarray(at, at + 16))
    for (let i = 0; i < SUPER; i++) {
      out[at + 16 + (i & 31)] |= (levels[i] >> 4) << (i >> 5)
      levels[i] &= 15
    }
    putNibbles(levels, out, at + 48)
  }
  return out
}

/** 64 weights in 32 bytes: the first 32 in the low nibbles. */
function putNibbles(levels: Uint8Array, out: Uint8Array, at: number): void {
  for (let i = 0; i < SUPER; i += 64) {
    for (let j = 0; j < 32; j++) out[at + i / 2 + j] = levels[i + j] | (levels[i + 32 + j] << 4)
  }
}

/**
 * Levels of the eight sub-blocks of the super-block at `start`; `header` gets its two half-precision factors and the
 * twelve bytes that hold eight scales and eight minima of 6 bits.
 */
function affineLevels(x: Float32Array, start: number, search: Search, levels: Uint8Array, header: Uint8Array): void {
  const parts: Affine[] = []
  for (let j = 0; j < 8; j++) parts.push(fitAffine(x, start + 32 * j, search, levels, 32 * j))
  const largestScale = parts.reduce((most, { scale }) => Math.max(most, scale), 0)
  const largestMin = parts.reduce((most, { min }) => Math.max(most, min), 0)
  const toScale = largestScale > 0 ? fround(63 / largestScale) : 0
  const toMin = largestMin > 0 ? fround(63 / largestMin) : 0
  const scale = fround(largestScale / 63)
  const min = fround(largestMin / 63)
  putHalf(header, 0, scale)
  putHalf(header, 2, min)
  const storedScale = fromFloat16(float16Of(scale))
  const storedMin = fromFloat16(float16Of(min))

  const six = header.subarray(4, 16)
  for (let j = 0; j < 8; j++) {
    const s = sixBits(fround(toScale * parts[j].scale))
    const m = sixBits(fround(toMin * parts[j].min))
    if (j < 4) {
      six[j] = s
      six[j + 4] = m
    } else {
      six[j + 4] = (s & 15) | ((m & 15) << 4)
      six[j - 4] |= (s >> 4) << 6
      six[j] |= (m >> 4) << 6
    }
    const step = fround(storedScale * s)
    // Levels of the search stay where there is no step to count in.
    if (step === 0) continue
    const lift = fround(storedMin * m)
    for (let i = 32 * j; i < 32 * (j + 1); i++) {
      levels[i] = nearest(fround(fround(x[start + i] + lift) / step), 0, search.top)
    }
  }
}

/** Levels 0..`top`; steps tried around the plain scale: (from + 0.1 i + top) / range for i = 0..steps. */
interface Search {
  top: number
  from: number
  steps: number
}

const TENTH = fround(0.1)
const weights = new Float32Array(32)
const tried = new Uint8Array(32)

/** The 32 weights from `start` as levels * scale - min with the least error, weighted by magnitude. */
function fitAffine(
  x: Float32Array,
  start: number,
  { top, from, steps }: Search,
  levels: Uint8Array,
  at: number,
): Affine {
  let squares = 0
  for (let i = 0; i < 32; i++) squares = fround(squares + fround(x[start + i] * x[start + i]))
  const typical = fround(Math.sqrt(fround(squares / 32)))
  let low = x[start]
  let high = low
  let sumW = 0
  let sumX = 0
  for (let i = 0; i < 32; i++) {
    const v = x[start + i]
    const w = fround(typical + Math.abs(v))
    weights[i] = w
    if (v < low) low = v
    if (v > high) high = v
    sumW = fround(sumW + w)
    sumX = fround(sumX + fround(w * v))
  }
  if (low > 0) low = 0
  if (high === low) {
    levels.fill(0, at, at + 32)
    return { scale: 0, min: -low }
  }

  let factor = fround(top / fround(high - low))
  let scale = fround(1 / factor)
  let min = low
  let best = 0
  for (let i = 0; i < 32; i++) {
    const v = x[start + i]
    const l = nearest(fround(factor * fround(v - low)), 0, top)
    levels[at + i] = l
    const miss = fround(fround(fround(scale * l) + low) - v)
    best = fround(best + fround(weights[i] * fround(miss * miss)))
  }

  for (let step = 0; step <= steps; step++) {
    // The offset that was best so far is what the next try measures from.
    factor = fround(fround(fround(from + fround(TENTH * step)) + top) / fround(high - min))
    let sumL = 0
    let sumLL = 0
    let sumXL = 0
    for (let i = 0; i < 32; i++) {
      const v = x[start + i]
      const l = nearest(fround(factor * fround(v - min)), 0, top)
      tried[i] = l
      const wl = fround(weights[i] * l)
      sumL = fround(sumL + wl)
      sumLL = fround(sumLL + fround(wl * l))
      sumXL = fround(sumXL + fround(wl * v))
    }
    const determinant = fround(fround(sumW * sumLL) - fround(sumL * sumL))
    if (!(determinant > 0)) continue
    let newScale = fround(fround(fround(sumW * sumXL) - fround(sumX * sumL)) / determinant)
    let newMin = fround(fround(fround(sumLL * sumX) - fround(sumL * sumXL)) / determinant)
    if (newMin > 0) {
      newMin = 0
      newScale = fround(sumXL / sumLL)
    }
    let error = 0
    for (let i = 0; i < 32; i++) {
      const miss = fround(fround(fround(newScale * tried[i]) + newMin) - x[start + i])
      error = fround(error + fround(weights[i] * fround(miss * miss)))
    }
    if (error < best) {
      levels.set(tried, at)
      best = error
      scale = newScale
      min = newMin
    }
  }
  return { scale, min: -min }
}

/** 6 bits a weight, 6.56 with the scales: Q6_K, sixteen sub-blocks of 16 with signed scales and no minimum. */
export function quantizeQ6K(x: Float32Array): Uint8Array {
  const out = new Uint8Array((x.length / SUPER) * 210)
  const levels = new Uint8Array(SUPER)
  const scales = new Float32Array(16)
  for (let start = 0, at = 0; start < x.length; start += SUPER, at += 210) {
    let extreme = 0
    for (let j = 0; j < 16; j++) {
      scales[j] = fitSigned(x, start + 16 * j, levels, 16 * j)
      if (Math.abs(scales[j]) > Math.abs(extreme)) extreme = scales[j]
    }
    if (Math.abs(extreme) < NOTHING) continue
    const factor = fround(-128 / extreme)
    const scale = fround(1 / factor)
    putHalf(out, at + 208, scale)
    const stored = fromFloat16(float16Of(scale))
    for (let j = 0; j < 16; j++) {
      const s = nearest(fround(factor * scales[j]), -128, 127)
      out[at + 192 + j] = s
      const step = fround(stored * s)
      if (step === 0) continue
      for (let i = 16 * j; i < 16 * (j + 1); i++) {
        levels[i] = nearest(fround(x[start + i] / step), -32, 31) + 32
      }
    }
    for (let half = 0; half < 2; half++) {
      const [from, low, high] = [128 * half, at + 64 * half, at + 128 + 32 * half]
      for (let i = 0; i < 32; i++) {
        const [a, b, c, d] = [0, 32, 64, 96].map((offset) => levels[from + offset + i])
        out[low + i] = (a & 15) | ((c & 15) << 4)
        out[low + 32 + i] = (b & 15) | ((d & 15) << 4)
        out[high + i] = (a >> 4) | ((b >> 4) << 2) | ((c >> 4) << 4) | ((d >> 4) << 6)
      }
    }
  }
  return out
}

/** Scale of 16 weights from `start` with the least error over levels -32..31 (stored from 0), weighted by squares. */
function fitSigned(x: Float32Array, start: number, levels: Uint8Array, at: number): number {
  let extreme = 0
  for (let i = start; i < start + 16; i++) if (Math.abs(x[i]) > Math.abs(extreme)) extreme = x[i]
  if (Math.abs(extreme) < NOTHING) {
    levels.fill(0, at, at + 16)
    return 0
  }
  let scale = 0
  let best = 0
  // The plain scale first, then eighteen around it.
  for (const step of TRIES) {
    const factor = fround(-fround(32 + fround(TENTH * step)) / extreme)
    let sumXL = 0
    let sumLL = 0
    for (let i = 0; i < 16; i++) {
      const v = x[start + i]
      const l = nearest(fround(factor * v), -32, 31)
      const w = fround(v * v)
      sumXL = fround(sumXL + fround(fround(w * v) * l))
      sumLL = fround(sumLL + fround(fround(w * l) * l))
    }
    const isFirst = step === 0
    if (!isFirst && !(sumLL > 0 && fround(sumXL * sumXL) > fround(best * sumLL))) continue
    for (let i = 0; i < 16; i++) levels[at + i] = nearest(fround(factor * x[start + i]), -32, 31) + 32
    scale = sumLL === 0 ? 0 : fround(sumXL / sumLL)
    best = fround(scale * sumXL)
  }
  return scale
}

const TRIES = [0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9]
