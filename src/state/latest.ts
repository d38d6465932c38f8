/** Runs one job at a time of a kind: starting the next one cancels the one before it. */
export function createLatest() {
  let controller: AbortController | null = null
  return {
    get running() {
      return controller !== null
    },
    cancel() {
      controller?.abort()
    },
    /** `isCurrent` turns false once a later job has begun: results of an older one are to be dropped. */
    async run(job: (signal: AbortSignal, isCurrent: () => boolean) => Promise<void>): Promise<void> {
      controller?.abort()
      const mine = new AbortController()
      controller = mine
      try {
        await job(mine.signal, () => controller === mine)
      } finally {
        if (controller === mine) controller = null
      }
    },
  }
}
