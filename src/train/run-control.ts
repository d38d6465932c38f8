import type { SteeringChange } from '../run-file/history'

/** Pause, resume and stop of one run; the loop asks between windows. While it waits, other work may use the model. */
export class RunControl {
  private gate: Promise<void> | null = null
  private open: (() => void) | null = null
  private guests: Promise<unknown> = Promise.resolve()
  private guestsEnd = new AbortController()
  private waiting = false
  stopped = false
  private wishes: SteeringChange[] = []

  /** A change from the next step on. */
  steer(change: SteeringChange): void {
    this.wishes.push(change)
  }

  /** The changes that nobody has followed yet. */
  takeWishes(): SteeringChange[] {
    return this.wishes.splice(0)
  }

  get paused(): boolean {
    return this.gate !== null
  }

  /** The loop really waits, with nothing queued on the GPU. */
  get resting(): boolean {
    return this.waiting && this.gate !== null
  }

  pause(): void {
    if (!this.stopped) this.gate ??= new Promise((resolve) => (this.open = resolve))
  }

  /** Guests are asked to end, and the run goes on once they have. */
  resume(): void {
    this.guestsEnd.abort()
    this.guestsEnd = new AbortController()
    this.open?.()
    this.gate = this.open = null
  }

  /** Ends the run at the next window; also wakes a paused one. */
  stop(): void {
    this.stopped = true
    this.resume()
  }

  /** Resolves when the run may go on (or must end). */
  async whenRunning(): Promise<void> {
    this.waiting = true
    while (this.gate) {
      await this.gate
      await this.guests
    }
    this.waiting = false
  }

  /** Work with the model while the run rests, one piece after another; `signal` fires when the run wants to go on. */
  beside<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.guestsEnd
    const result = this.guests.then(() => work(signal))
    this.guests = result.catch(() => {})
    return result
  }
}
