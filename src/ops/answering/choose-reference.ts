import { argmax } from './argmax'
import { drawParams, POWER_OF_HALF, WEIGHT_BITS, type Drawing } from './draw'

/** (2^16 high + low) v / 2^32 in whole numbers. */
const productOf = (high: number, low: number, v: number): number =>
  high * (v >>> 16) + Math.floor((high * (v & 0xffff)) / 65536) + Math.floor((low * (v >>> 16)) / 65536)

/** 2^45 exp(-distance / temperature) in whole numbers, as every GPU works it out; a finite distance is an f32. */
function weightOf(distance: number, scale: number): number {
  const power = Math.floor(Math.min(Math.fround(distance * scale), 2147483520))
  const whole = power >>> 24
  if (whole > WEIGHT_BITS) return 0
  const [high, low] = [(power >>> 8) & 0xffff, (power << 8) & 0xffff]
  const [c1, c2, c3, c4, c5, c6] = POWER_OF_HALF
  let v = c5 - Math.floor((high * (c6 >> 2)) / 2 ** 14)
  v = c4 - Math.floor((high * (v >> 6)) / 2 ** 10)
  for (const c of [c3, c2, c1, 2 ** 31]) v = c - productOf(high, low, v)
  return Math.floor(v * 2 ** (WEIGHT_BITS - 31 - whole))
}

/**
 * The tokens that may be drawn, by index, and their weights: top-k of the largest (of equals those of lower index), of
 * these the smallest set from the largest down whose weights reach `topP` of theirs, at least one. In the order of
 * transformers' warpers, where a tie with the k-th stays whole.
 */
export function keptWeights(logits: Float32Array, how: Drawing): { token: number; weight: number }[] {
  const { counts, masses, keep, share, scale } = drawParams(how, logits.length)
  const top = logits[argmax(logits)]
  const order = Uint32Array.from(logits, (_, i) => i).sort((a, b) => logits[b] - logits[a] || a - b)
  let kept = Array.from(counts > 0 ? order.subarray(0, keep) : order, (token) => ({
    token,
    weight: weightOf(Math.fround(top - logits[token]), scale),
  }))
  if (masses > 0) {
    const all = kept.reduce((sum, { weight }) => sum + BigInt(weight), 0n)
    let left = (all * BigInt(share) + 0xffffffffn) >> 32n || 1n
    const end = kept.findIndex(({ weight }) => (left -= BigInt(weight)) <= 0n)
    kept = kept.slice(0, end + 1)
  }
  return kept.filter(({ weight }) => weight > 0).sort((a, b) => a.token - b.token)
}

/** The token that `drawTokens` draws, by a uniform of [0, 1) in 1/2^32; null where the largest logit is not finite. */
export function drawReference(logits: Float32Array, how: Drawing, uniform: number): number | null {
  if (logits.some(Number.isNaN) || !Number.isFinite(logits[argmax(logits)])) return null
  const kept = keptWeights(logits, how)
  const mass = kept.reduce((sum, { weight }) => sum + BigInt(weight), 0n)
  let left = (mass * BigInt(uniform * 2 ** 32)) >> 32n
  return kept.find(({ weight }) => (left -= BigInt(weight)) < 0n)!.token
}
