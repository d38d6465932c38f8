import type { XAxisKind } from './prefs'
import { FIGURE_NAMES, type LogRow } from '../contracts/figures'

/** One step as the charts know it. */
export type CurvePoint = LogRow & {
  /** Seconds since the run began. */
  seconds: number
  tokens_per_second: number
}

/** Where a point stands on the chosen axis; time in minutes. */
export function xOf(point: CurvePoint, axis: XAxisKind): number {
  if (axis === 'epoch') return point.epoch
  if (axis === 'tokens') return point.num_tokens
  return axis === 'time' ? point.seconds / 60 : point.step
}

/**
 * Time-weighted exponential average with bias correction: what a gap of one typical step forgets is `1 - weight`, a
 * longer gap forgets accordingly more. `weight` 0 gives the values back. Values that are not finite are passed over.
 */
export function smooth(xs: readonly number[], ys: readonly number[], weight: number): number[] {
  if (weight <= 0 || ys.length === 0) return [...ys]
  const span = xs[xs.length - 1] - xs[0]
  const typicalGap = xs.length > 1 && span > 0 ? span / (xs.length - 1) : 1
  let average = 0
  let total = 0
  return ys.map((y, i) => {
    const gap = i === 0 ? typicalGap : Math.max(xs[i] - xs[i - 1], 0)
    const kept = weight ** (gap / typicalGap)
    if (Number.isFinite(y)) {
      average = average * kept + y * (1 - kept)
      total = total * kept + (1 - kept)
    }
    return total > 0 ? average / total : y
  })
}

/**
 * Indices of at most `limit` points that keep the look of the curve: first, last, and the lowest and highest of every
 * bucket, so that no spike is lost.
 */
export function thin(ys: readonly number[], limit: number): number[] {
  const count = ys.length
  if (count <= limit) return ys.map((_, i) => i)
  const buckets = Math.max(1, Math.floor((limit - 2) / 2))
  const picked = [0]
  for (let b = 0; b < buckets; b++) {
    const from = 1 + Math.floor(((count - 2) * b) / buckets)
    const to = 1 + Math.floor(((count - 2) * (b + 1)) / buckets)
    let low = from
    let high = from
    for (let i = from; i < to; i++) {
      if (ys[i] < ys[low]) low = i
      if (ys[i] > ys[high]) high = i
    }
    picked.push(Math.min(low, high))
    if (low !== high) picked.push(Math.max(low, high))
  }
  picked.push(count - 1)
  return picked
}

/** Index of the point nearest to `x`; the points stand in rising order. -1 where there are none. */
export function nearest(xs: readonly number[], x: number): number {
  let low = 0
  let high = xs.length - 1
  if (high < 0) return -1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (xs[middle] <= x) low = middle
    else high = middle
  }
  return Math.abs(xs[high] - x) < Math.abs(x - xs[low]) ? high : low
}

/** All figures as comma-separated lines, one per step. */
export function curveCsv(points: readonly CurvePoint[]): string {
  const names = [...FIGURE_NAMES, 'seconds', 'tokens_per_second'] as const
  return [names.join(','), ...points.map((point) => names.map((name) => point[name]).join(','))].join('\n') + '\n'
}
