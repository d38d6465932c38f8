/** Pause, resume and stop of one run; the loop asks between windows. */
export class RunControl {
  private gate: Promise<void> | null = null
  private open: (() => void) | null = null
  stopped = false

  get paused(): boolean {
    return this.gate !== null
  }

  pause(): void {
    this.gate ??= new Promise((resolve) => (this.open = resolve))
  }

  resume(): void {
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
    while (this.gate) await this.gate
  }
}
