import type { Progress, ProgressListener } from '../contracts/progress'

/** Tells bytes done so far, with the rate and the time left. */
export function byteProgress(total: number, on?: ProgressListener) {
  const began = performance.now()
  let done = 0
  return (phase: Progress['phase'], item: string, bytes: number) => {
    done += bytes
    const perSecond = done / ((performance.now() - began) / 1000)
    const etaSeconds = perSecond > 0 ? (total - done) / perSecond : undefined
    on?.({ phase, item, done, total, unit: 'bytes', perSecond, etaSeconds })
  }
}
