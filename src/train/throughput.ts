import type { Interlude } from './interlude'

interface Ended {
  tokens: number
  rows: number
  /** Which it was, and of how many. */
  step: number
  steps: number
}

/**
 * Speed and remaining time from the moments at which steps ended. The first step also warms up, so it is left out of
 * the estimate as soon as there is another; pauses are left out by `restart`. What happens between steps, evaluations
 * above all, is counted by itself: as long as it took before, or as it says where it has not been yet.
 */
export class Throughput {
  private readonly now: () => number
  private readonly interludes: readonly Interlude[]
  private readonly took = new Map<Interlude, { seconds: number; times: number }>()
  private since: number
  private recent: { seconds: number; tokens: number; rows: number }[] = []
  private steps = 0

  /** @param now milliseconds, monotonic */
  constructor(now: () => number, interludes: readonly Interlude[] = []) {
    this.now = now
    this.interludes = interludes
    this.since = now()
  }

  /** Forget the time since the last step. */
  restart(): void {
    this.since = this.now()
  }

  /** The time since the last step, or since `restart`, was an interlude's. */
  interludeEnded(one: Interlude): void {
    const { seconds, times } = this.took.get(one) ?? { seconds: 0, times: 0 }
    this.took.set(one, { seconds: seconds + (this.now() - this.since) / 1000, times: times + 1 })
    this.restart()
  }

  /** A step ended; what is due behind it is still to come. */
  stepEnded({ tokens, rows, step, steps }: Ended): {
    stepSeconds: number
    tokensPerSecond: number
    etaSeconds: number
  } {
    const stepSeconds = (this.now() - this.since) / 1000
    this.since = this.now()
    if (this.steps++ === 1) this.recent = []
    this.recent.push({ seconds: stepSeconds, tokens, rows })
    if (this.recent.length > 20) this.recent.shift()
    const sum = (of: 'seconds' | 'tokens' | 'rows') => this.recent.reduce((all, one) => all + one[of], 0)
    const seconds = sum('seconds')
    const between = this.interludes.reduce((all, one) => all + this.ahead(one, step, steps, seconds / sum('rows')), 0)
    return {
      stepSeconds,
      tokensPerSecond: seconds > 0 ? sum('tokens') / seconds : 0,
      etaSeconds: (seconds / this.recent.length) * (steps - step) + between,
    }
  }

  /** Seconds that an interlude is still going to take. */
  private ahead(one: Interlude, step: number, steps: number, rowSeconds: number): number {
    const times = one.ahead?.times(step, steps) ?? 0
    if (times === 0) return 0
    const known = this.took.get(one)
    return times * (known ? known.seconds / known.times : one.ahead!.guess(rowSeconds))
  }
}
