import { fail } from '../../errors/index'
import type { DecodingOptions } from '../language-model'

/** A token whose logit over the temperature lies this far below the best has a share below 1e-13: not worth sorting. */
const NEGLIGIBLE = 30

/** Index of the largest value, the lowest on a tie, as torch.argmax takes it. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i
  return best
}

/**
 * Choose a token from logits: greedy at temperature 0, else top-k, then top-p, as transformers' logits warpers order
 * them.
 * `uniform` in [0, 1) decides, so that the same seed gives the same text.
 */
export function chooseToken(
  logits: Float32Array,
  options: Pick<DecodingOptions, 'temperature' | 'topK' | 'topP'>,
  uniform: number,
): number {
  const best = argmax(logits)
  if (!Number.isFinite(logits[best])) throw fail('model-not-finite', {})
  if (!(options.temperature > 0)) return best
  const keep = options.topK > 0 ? Math.min(options.topK, logits.length) : logits.length
  const top = logits[best]
  const order = topIndices(logits, keep, top - NEGLIGIBLE * options.temperature)
  const weights = order.map((i) => Math.exp((logits[i] - top) / options.temperature))
  const total = weights.reduce((a, b) => a + b, 0)
  let kept = 0
  let mass = 0
  // top-p keeps the smallest set whose mass reaches p, always the first.
  while (kept < order.length && (kept === 0 || mass < options.topP * total)) mass += weights[kept++]
  let left = uniform * mass
  for (let i = 0; i < kept; i++) {
    left -= weights[i]
    if (left < 0) return order[i]
  }
  return order[kept - 1]
}

/** The k largest values' indices, largest first, of those that reach `least`. */
function topIndices(values: Float32Array, k: number, least: number): number[] {
  const threshold = k < values.length ? Math.max(kthLargest(values, k), least) : least
  const found: number[] = []
  for (let i = 0; i < values.length; i++) if (values[i] >= threshold) found.push(i)
  return found.sort((a, b) => values[b] - values[a] || a - b).slice(0, k)
}

function kthLargest(values: Float32Array, k: number): number {
  const sorted = values.slice().sort()
  return sorted[sorted.length - k]
}

/** A stream of uniforms from a seed (Mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
