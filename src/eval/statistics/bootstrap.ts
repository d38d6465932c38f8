import { PythonRandom } from '../python/random'
import type { Difference, Estimate } from '../types'

const RESAMPLES = 10_000
const SEED = 0
/** Fewer pairs than these that differ can all point one way by chance: 2 · (1/2)^5 is above 5 %. */
export const LEAST_DIFFERING = 6

/**
 * What each item adds to a figure, as sums: a mean needs its value and 1, corpus BLEU its n-gram counts. Items are
 * resampled whole, so the rules of one prompt or the n-grams of one answer stay together.
 */
export interface Parts {
  items: readonly (readonly number[])[]
  /** Sums over the items -> the figure. */
  figure(sums: readonly number[]): number
}

/** The mean of plain numbers. */
export const meanOf = (values: readonly number[]): Parts => ({
  items: values.map((value) => [value, 1]),
  figure: ([sum, count]) => sum / count,
})

/** A figure with its percentile interval (Efron 1979): 10 000 resamples, seeded. null without items. */
export function bootstrap({ items, figure }: Parts): Estimate | null {
  if (items.length === 0) return null
  const sums = summing(items)
  return {
    value: figure(sums()),
    n: items.length,
    interval: percentiles(resamples(items.length, (i) => figure(sums(i)))),
  }
}

/**
 * The figure of `candidate` less that of `base`, both on the same items in the same order, the same items drawn for
 * both (Koehn 2004). null without items.
 */
export function pairedDifference(candidate: Parts, base: Parts): Difference | null {
  const n = candidate.items.length
  if (n !== base.items.length) throw new Error(`pairs of ${n} and ${base.items.length} items`)
  if (n === 0) return null
  const [found, other] = [summing(candidate.items), summing(base.items)]
  const at = (indices?: Uint32Array) => candidate.figure(found(indices)) - base.figure(other(indices))
  const differing = candidate.items.filter((item, i) => item.some((part, p) => part !== base.items[i][p])).length
  // Nothing differs in any resample.
  if (differing === 0) return { value: 0, n, interval: [0, 0], verdict: 'none' }
  const interval = percentiles(resamples(n, at))
  const isNone = differing < LEAST_DIFFERING || (interval[0] <= 0 && interval[1] >= 0)
  return { value: at(), n, interval, verdict: isNone ? 'none' : interval[0] > 0 ? 'higher' : 'lower' }
}

/** The figure of each resample, sorted; resamples on which it is not defined are left out. */
function resamples(n: number, figure: (indices: Uint32Array) => number): Float64Array {
  const all = indicesFor(n)
  const drawn = new Float64Array(RESAMPLES)
  for (let r = 0; r < RESAMPLES; r++) drawn[r] = figure(all.subarray(r * n, (r + 1) * n))
  return drawn.filter((value) => !Number.isNaN(value)).sort()
}

/** Every figure over as many items draws the same; the last few draws are kept. */
const drawnFor = new Map<number, Uint32Array>()
const KEPT_DRAWS = 4

function indicesFor(n: number): Uint32Array {
  const known = drawnFor.get(n)
  if (known) return known
  const random = new PythonRandom(SEED)
  const indices = new Uint32Array(n * RESAMPLES)
  for (let i = 0; i < indices.length; i++) indices[i] = random.below(n)
  if (drawnFor.size >= KEPT_DRAWS) drawnFor.delete(drawnFor.keys().next().value!)
  drawnFor.set(n, indices)
  return indices
}

/** Sums over all items, or over those drawn; the list that it gives is the same one each time. */
function summing(items: Parts['items']): (indices?: Uint32Array) => number[] {
  const width = items[0].length
  const flat = Float64Array.from(items.flat())
  const sums = Array.from<number>({ length: width }).fill(0)
  const every = Uint32Array.from(items, (_, i) => i)
  return (indices = every) => {
    sums.fill(0)
    for (const i of indices) for (let p = 0, at = i * width; p < width; p++, at++) sums[p] += flat[at]
    return sums
  }
}

/** The middle 95 % of sorted values, linear between two of them as numpy's percentile is. */
function percentiles(sorted: Float64Array): [number, number] {
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const low = Math.floor(place)
    const [a, b] = [sorted[low], sorted[Math.min(low + 1, sorted.length - 1)]]
    return a + (b - a) * (place - low)
  }
  return [at(0.025), at(0.975)]
}
