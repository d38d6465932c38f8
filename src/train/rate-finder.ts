import type { RatePoint, RateRange, RateReason } from '../contracts/rate'

/** Below this the curve has no middle to look at. */
export const FEWEST_STEPS = 20

const BETA = 0.98
/** The search ends where the loss is so many times the lowest. */
const BROKEN = 4
/** Points that are not looked at: a tenth at the beginning, these at the end. */
const LAST = 5
/** A loss that falls by a smaller share has not fallen. */
const NOTABLE = 0.02

/**
 * The losses of a search as fastai's LRFinder takes them: rates that grow exponentially, losses smoothed, an end where
 * they break. `add` resolves with whether the search goes on.
 */
export class RateCurve {
  readonly points: RatePoint[] = []
  private readonly range: RateRange
  private sum = 0
  private best = Infinity
  /** A loss was no number. */
  private hasBroken = false

  constructor(range: RateRange) {
    this.range = range
  }

  /** Of the step behind `done` steps. */
  rate(done: number): number {
    const { from, to, steps } = this.range
    return from * (to / from) ** (done / steps)
  }

  /** The loss of the next step; whether another is to follow. */
  add(loss: number): boolean {
    this.hasBroken ||= !Number.isFinite(loss)
    if (this.hasBroken) return false
    const done = this.points.length
    this.sum = loss + BETA * (this.sum - loss)
    const smoothed = this.sum / (1 - BETA ** (done + 1))
    this.points.push({ learning_rate: this.rate(done), loss, smoothed })
    this.best = Math.min(this.best, smoothed)
    return smoothed <= BROKEN * this.best && done + 1 < this.range.steps
  }

  /** fastai's `valley`, unless the loss never fell. */
  suggested(): { suggestion: number | null; reason: RateReason } {
    const { steps } = this.range
    // fastai goes on after a loss that is no number, so that the last points of its search are none of these.
    const end = this.hasBroken ? Math.min(this.points.length, steps - LAST) : -LAST
    const seen = this.points.slice(Math.floor(steps / 10), end)
    if (seen.length < 2) return { suggestion: null, reason: { kind: 'short' } }
    const losses = seen.map(({ smoothed }) => smoothed)
    const lowest = losses.indexOf(Math.min(...losses))
    if (losses[lowest] > losses[0] * (1 - NOTABLE)) return { suggestion: null, reason: { kind: 'flat' } }
    const found = valley(losses)
    const rises = lowest < seen.length - 1 ? seen[lowest + 1].learning_rate : null
    const [from, to] = [seen[Math.max(0, found.start)], seen[found.end]].map(({ learning_rate }) => learning_rate)
    return { suggestion: seen.at(found.middle)!.learning_rate, reason: { kind: 'valley', from, to, rises } }
  }
}

/**
 * The longest falling chain of losses, and half of the way through its middle third. As fastai's, which counts its
 * beginning one too early: -1 is the last point.
 */
export function valley(losses: readonly number[]): { start: number; end: number; middle: number } {
  const chain = losses.map(() => 1)
  let [start, end] = [0, 0]
  for (let i = 1; i < losses.length; i++) {
    for (let j = 0; j < i; j++) {
      if (losses[i] < losses[j] && chain[i] < chain[j] + 1) chain[i] = chain[j] + 1
      if (chain[end] < chain[i]) [end, start] = [i, i - chain[i]]
    }
  }
  const third = (end - start) / 3
  return { start, end, middle: start + Math.trunc(third) + Math.trunc(third / 2) }
}
