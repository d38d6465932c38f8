import { PythonRandom } from '../python/random'
import type { Difference, Estimate } from '../types'

const RESAMPLES = 10_000
const SEED = 0
/** Fewer pairs than these that differ can all point one way by chance: 2 · (1/2)^5 is above 5 %. */
const LEAST_DIFFERING = 6

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
  const drawn = resamples(items.length, (indices) => figure(summed(items, indices)))
  return { value: figure(summed(items)), n: items.length, interval: percentiles(drawn) }
}

/**
 * The figure of `candidate` less that of `base`, both on the same items in the same order, the same items drawn for
 * both (Koehn 2004). null without items.
 */
export function pairedDifference(candidate: Parts, base: Parts): Difference | null {
  const n = candidate.items.length
  if (n !== base.items.length) throw new Error(`pairs of ${n} and ${base.items.length} items`)
  if (n === 0) return null
  const at = (indices?: Uint32Array) =>
    candidate.figure(summed(candidate.items, indices)) - base.figure(summed(base.items, indices))
  const interval = percentiles(resamples(n, at))
  const differing = candidate.items.filter((item, i) => item.some((part, p) => part !== base.items[i][p])).length
  const isNone = differing < LEAST_DIFFERING || (interval[0] <= 0 && interval[1] >= 0)
  return { value: at(), n, interval, verdict: isNone ? 'none' : interval[0] > 0 ? 'higher' : 'lower' }
}

/** The figure of each resample, sorted; resamples on which it is not defined are left out. */
function resamples(n: number, figure: (indices: Uint32Array) => number): Float64Array {
  const random = new PythonRandom(SEED)
  const indices = new Uint32Array(n)
  const drawn = new Float64Array(RESAMPLES)
  for (let r = 0; r < RESAMPLES; r++) {
    for (let i = 0; i < n; i++) indices[i] = random.below(n)
    drawn[r] = figure(indices)
  }
  return drawn.filter((value) => !Number.isNaN(value)).sort()
}

function summed(items: Parts['items'], indices?: Uint32Array): number[] {
  const sums = Array.from<number>({ length: items[0].length }).fill(0)
  const add = (item: readonly number[]) => {
    for (let p = 0; p < sums.length; p++) sums[p] += item[p]
  }
  if (indices) for (const i of indices) add(items[i])
  else for (const item of items) add(item)
  return sums
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
