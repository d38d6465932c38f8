import type { TunedCandidate } from '../contracts/tuning'
import { allocating, type Gpu } from '../gpu/device'
import { Replay } from '../gpu/replay'
import { workDone } from '../gpu/work-done'

type Recording = ConstructorParameters<typeof Replay<null>>[1]

/** Behind the best by so much after one run, a candidate is timed no further. */
const HOPELESS = 1.5

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

/**
 * `make`s what takes buffers, `use`s it and frees them.
 * @throws TuneError gpu-out-of-memory, and what the two throw; no buffer is left then either
 */
export async function borrowing<T, R>(gpu: Gpu, make: () => T, use: (made: T) => Promise<R>): Promise<R> {
  const buffers: GPUBuffer[] = []
  const made = await allocating(gpu, 'tuner', () => {
    const stop = gpu.watchBuffers((buffer) => buffers.push(buffer))
    try {
      return make()
    } finally {
      stop()
    }
  })
  try {
    return await use(made)
  } finally {
    for (const buffer of buffers) gpu.free(buffer)
  }
}

/**
 * Times one candidate after the other, but for the refused, and ends early where time is over and one has been timed
 * (`isCut`). The fastest come first.
 */
export async function race(
  gpu: Gpu,
  entries: readonly (readonly [variant: string, record: Recording])[],
  o: { flops: number; refused: readonly string[]; isOver: () => boolean },
): Promise<{ candidates: TunedCandidate[]; isCut: boolean }> {
  const candidates: TunedCandidate[] = []
  let [best, isCut] = [Infinity, false]
  for (const [variant, record] of entries) {
    if (o.refused.includes(variant)) {
      candidates.push({ variant, gflops: 0, note: 'differs' })
      continue
    }
    isCut = best < Infinity && o.isOver()
    if (isCut) break
    const ms = await timeProduct(gpu, best, record)
    if (ms === null) {
      candidates.push({ variant, gflops: 0, note: 'failed' })
      continue
    }
    best = Math.min(best, ms)
    candidates.push({ variant, gflops: o.flops / ms / 1e6, note: ms > best * HOPELESS ? 'slow' : null })
  }
  candidates.sort((x, y) => y.gflops - x.gflops)
  return { candidates, isCut }
}

/** Median milliseconds of five runs, or of one where that is hopeless; null where it does not run. */
async function timeProduct(gpu: Gpu, best: number, record: Recording): Promise<number | null> {
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
