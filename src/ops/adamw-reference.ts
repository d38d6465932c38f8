import { HYPER, type AdamwFormula } from './adamw'

const f32 = Math.fround

/**
 * The update's plain twin: one element, every rounding in f32 where bitsandbytes' CPU kernels (or torch) round, so that
 * results are equal bit for bit. `words` as from hyperWords; `grad` after clipping.
 *
 * Source: `_optimizer_update_8bit_blockwise_cpu` and `_optimizer_update_32bit_cpu` of bitsandbytes 0.50, with torch's
 * vector code: `add_(x, alpha)`, `addcmul_` and `lerp_` are fused, `addcdiv_` is not. The only difference left is that
 * torch's sqrt is not correctly rounded (a fifth of its results are one unit off); ours is.
 */
export function adamwReference(
  formula: AdamwFormula,
  words: Float32Array,
  param: number,
  m: number,
  v: number,
  grad: number,
): { param: number; m: number; v: number } {
  const word = (name: keyof typeof HYPER.index) => words[HYPER.index[name]]
  const rest1 = word('rest1')
  const mNew = formula === 'torch' ? fused(rest1, f32(grad - m), m) : fused(grad, rest1, f32(m * word('beta1')))
  const vNew = fused(f32(word('rest2') * grad), grad, f32(v * word('beta2')))
  const root = f32(Math.sqrt(vNew))
  const decayed = f32(param * word('decay'))
  const updated =
    formula === 'bnb32'
      ? fused(word('small_step'), f32(mNew / f32(root + word('small_eps'))), decayed)
      : f32(decayed + f32(f32(word('step') * mNew) / f32(f32(root / word('correction2')) + word('eps'))))
  return { param: updated, m: mNew, v: vNew }
}

const scratch = new DataView(new ArrayBuffer(8))

/**
 * a * b + c of f32 values, rounded once to f32: the f64 sum is rounded to odd, so that rounding it again is harmless.
 */
export function fused(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  const part = sum - product
  const lost = product - (sum - part) + (c - part)
  if (lost === 0 || !Number.isFinite(sum)) return f32(sum)
  scratch.setFloat64(0, sum)
  const bits = scratch.getBigUint64(0)
  if ((bits & 1n) === 1n) return f32(sum)
  scratch.setBigUint64(0, lost > 0 === sum > 0 ? bits + 1n : bits - 1n)
  return f32(scratch.getFloat64(0))
}
