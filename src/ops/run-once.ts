import type { Gpu } from '../gpu/device'
import { Replay } from '../gpu/replay'
import { workDone } from '../gpu/work-done'

type Recording = ConstructorParameters<typeof Replay<null>>[1]

/** Behind the best by so much after one run, a candidate is timed no further. */
export const HOPELESS = 1.5

/** Runs what is recorded, by itself. */
export async function runOnce(gpu: Gpu, record: Recording): Promise<void> {
  const plan = new Replay<null>(gpu, record, null, { label: 'check' })
  try {
    await plan.build()
    await plan.prepare(null)
    plan.run(null)
  } finally {
    plan.destroy()
  }
}

/** Median milliseconds of five runs, or of one where that is hopeless; null where it does not run. */
export async function timeProduct(gpu: Gpu, best: number, record: Recording): Promise<number | null> {
  const plan = new Replay<null>(gpu, record, null, { label: 'tuner' })
  try {
    await plan.build()
    await plan.prepare(null)
    // Enough rounds for a clock of a browser, which may tick in tenths of a millisecond.
    const time = async (rounds: number): Promise<number> => {
      const start = performance.now()
      for (let i = 0; i < rounds; i++) plan.run(null)
      await workDone(gpu.device)
      return (performance.now() - start) / rounds
    }
    await time(1)
    const first = await time(1)
    if (first > best * HOPELESS) return first
    const rounds = Math.max(1, Math.min(20, Math.round(10 / first)))
    const all: number[] = []
    for (let i = 0; i < (gpu.isSoftware ? 3 : 5); i++) all.push(await time(rounds))
    return all.sort((x, y) => x - y)[Math.floor(all.length / 2)]
  } catch {
    return null
  } finally {
    plan.destroy()
  }
}
