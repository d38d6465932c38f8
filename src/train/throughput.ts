/**
 * Speed and remaining time from the moments at which steps ended. The first step also compiles and warms up, so it is
 * left out of the estimate as soon as there is another; pauses are left out by `restart`.
 */
export class Throughput {
  private readonly now: () => number
  private since: number
  private recent: { seconds: number; tokens: number }[] = []
  private steps = 0

  /** @param now milliseconds, monotonic */
  constructor(now: () => number) {
    this.now = now
    this.since = now()
  }

  /** Forget the time since the last step. */
  restart(): void {
    this.since = this.now()
  }

  stepEnded(tokens: number, stepsLeft: number): { stepSeconds: number; tokensPerSecond: number; etaSeconds: number } {
    const stepSeconds = (this.now() - this.since) / 1000
    this.since = this.now()
    if (this.steps++ === 1) this.recent = []
    this.recent.push({ seconds: stepSeconds, tokens })
    if (this.recent.length > 20) this.recent.shift()
    const seconds = this.recent.reduce((sum, step) => sum + step.seconds, 0)
    const all = this.recent.reduce((sum, step) => sum + step.tokens, 0)
    return {
      stepSeconds,
      tokensPerSecond: seconds > 0 ? all / seconds : 0,
      etaSeconds: (seconds / this.recent.length) * stepsLeft,
    }
  }
}
