import { dequantizeBlockwise, quantizeBlockwise } from '../../src/formats/blockwise'
import { dynamicMap } from '../../src/formats/dynamic-map'
import type { AdamwFormula } from '../../src/ops/adamw'
import { adamwReference } from '../../src/ops/adamw-reference'

export interface EightBitState {
  m: Uint8Array
  v: Uint8Array
  absmaxM: Float32Array
  absmaxV: Float32Array
}

const signed = dynamicMap(true)
const unsigned = dynamicMap(false)

export function freshState(n: number): EightBitState {
  const blocks = Math.ceil(n / 256)
  return {
    m: new Uint8Array(n),
    v: new Uint8Array(n),
    absmaxM: new Float32Array(blocks),
    absmaxV: new Float32Array(blocks),
  }
}

/** One step of bitsandbytes' 8-bit AdamW over a whole tensor, bit for bit: dequantise, update, quantise. */
export function eightBitStep(
  words: Float32Array,
  param: Float32Array,
  grad: Float32Array,
  state: EightBitState,
): { param: Float32Array; state: EightBitState } {
  const m = dequantizeBlockwise({ codes: state.m, absmax: state.absmaxM }, signed)
  const v = dequantizeBlockwise({ codes: state.v, absmax: state.absmaxV }, unsigned)
  const next = fullStep('bnb8', words, param, grad, m, v)
  const quantM = quantizeBlockwise(next.m, signed)
  const quantV = quantizeBlockwise(next.v, unsigned)
  return {
    param: next.param,
    state: { m: quantM.codes, v: quantV.codes, absmaxM: quantM.absmax, absmaxV: quantV.absmax },
  }
}

/** One step with the moments in f32. */
export function fullStep(
  formula: AdamwFormula,
  words: Float32Array,
  param: Float32Array,
  grad: Float32Array,
  m: Float32Array,
  v: Float32Array,
): { param: Float32Array; m: Float32Array; v: Float32Array } {
  const out = {
    param: new Float32Array(param.length),
    m: new Float32Array(param.length),
    v: new Float32Array(param.length),
  }
  for (let i = 0; i < param.length; i++) {
    const next = adamwReference(formula, words, param[i], m[i], v[i], grad[i])
    out.param[i] = next.param
    out.m[i] = next.m
    out.v[i] = next.v
  }
  return out
}

/** Records of the 8-bit kernel, 130 words a block, from a tensor's codes and scales; and back. */
export function packRecords(state: EightBitState): Uint32Array<ArrayBuffer> {
  const blocks = state.absmaxM.length
  const bytes = new Uint8Array(blocks * 520)
  const scales = new Float32Array(bytes.buffer)
  for (let b = 0; b < blocks; b++) {
    bytes.set(state.m.subarray(b * 256, b * 256 + 256), b * 520)
    bytes.set(state.v.subarray(b * 256, b * 256 + 256), b * 520 + 256)
    scales[b * 130 + 128] = state.absmaxM[b]
    scales[b * 130 + 129] = state.absmaxV[b]
  }
  return new Uint32Array(bytes.buffer)
}

export function unpackRecords(records: ArrayBuffer, n: number, at = 0): EightBitState {
  const state = freshState(n)
  const bytes = new Uint8Array(records)
  const scales = new Float32Array(records)
  for (let b = 0; b < state.absmaxM.length; b++) {
    const count = Math.min(256, n - b * 256)
    const from = at + b * 520
    state.m.set(bytes.subarray(from, from + count), b * 256)
    state.v.set(bytes.subarray(from + 256, from + 256 + count), b * 256)
    state.absmaxM[b] = scales[from / 4 + 128]
    state.absmaxV[b] = scales[from / 4 + 129]
  }
  return state
}

/** Bits of f32 values, so that comparisons see every unit and the sign of zero. */
export function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer)
}

/** How many places differ. */
export function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = a.length === b.length ? 0 : Infinity
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) count++
  return count
}
