/**
 * Runs one job at a time of a kind: starting the next one cancels the one before it and waits until it has let go,
 * since the engine does one thing at a time.
 */
export function createLatest() {
  let controller: AbortController | null = null
  let last: Promise<void> = Promise.resolve()
  return {
    /** Resolves when the last job has ended, whatever came of it. */
    settled: () => last.catch(() => {}),
    cancel() {
      controller?.abort()
    },
    /** `isCurrent` turns false once a later job was asked for: results of an older one are to be dropped. */
    run(job: (signal: AbortSignal, isCurrent: () => boolean) => Promise<void>): Promise<void> {
      controller?.abort()
      const mine = new AbortController()
      controller = mine
      const before = last
      last = before
        .catch(() => {})
        .then(() => (controller === mine ? job(mine.signal, () => controller === mine) : undefined))
      return last
    },
  }
}
