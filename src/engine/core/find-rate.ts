import type { TokenizedRow } from '../../contracts/data'
import { fail, TuneError } from '../../errors/index'
import type { LanguageModel, Trainer } from '../../model/language-model'
import type { RunFile } from '../../run-file/run-file'
import { holdOut } from '../../train/hold-out'
import { RATE_RANGE, type RatePoint, type RateSearch } from '../../contracts/rate'
import { FEWEST_STEPS, RateCurve } from '../../train/rate-finder'
import { borrowAdapter } from '../../train/borrow-adapter'
import { attachAdapter, batchOrder } from '../../train/train-model'
import { runWindows, trainingShape } from '../../train/windows'
import type { RateSearchOptions } from '../api/types'

/**
 * Trains a copy of the adapter (a fresh one, or with `continueAdapter` the one that is there) for a few steps of the
 * run at rates that grow from step to step. Afterwards model and adapter are as they were.
 */
export async function findRate(
  model: LanguageModel,
  { rows: all, second }: { rows: readonly TokenizedRow[]; second: readonly TokenizedRow[] | null },
  run: RunFile,
  options: RateSearchOptions & { padId: number },
  on?: (point: RatePoint, step: number, steps: number) => void,
  signal?: AbortSignal,
): Promise<RateSearch> {
  const { train: rows } = holdOut(all, second, run)
  if (rows.length === 0) throw fail('train-no-rows', {})
  const range = { ...RATE_RANGE, ...options.range }
  range.steps = Math.max(FEWEST_STEPS, range.steps)
  const curve = new RateCurve(range)
  let isBroken = false
  await borrowAdapter(model, async () => {
    await attachAdapter(model, run, { keepAdapter: options.continueAdapter ?? false, padId: options.padId })
    const plan = batchOrder(rows, run)
    const trainer = await model.createTrainer({ ...trainingShape(plan, run), microBatches: 0 })
    try {
      for (const window of runWindows(rows, plan, 0, options.padId)) {
        if (signal?.aborted) break
        const loss = await stepped(trainer, window.batches(), run, curve.rate(curve.points.length))
        const goesOn = curve.add(loss)
        if (Number.isFinite(loss)) on?.(curve.points.at(-1)!, curve.points.length, range.steps)
        isBroken = !goesOn && curve.points.length < range.steps
        if (!goesOn) break
      }
    } finally {
      trainer.destroy()
    }
  })
  const ended = signal?.aborted ? 'stopped' : isBroken ? 'broke' : 'finished'
  return { points: curve.points, ...curve.suggested(), ended }
}

/** The loss of a step at a rate, before the step; NaN where numbers broke. */
async function stepped(
  trainer: Trainer,
  batches: Parameters<Trainer['accumulate']>[0][],
  run: RunFile,
  lr: number,
): Promise<number> {
  const tokens = batches.reduce((sum, { trainedTokens }) => sum + trainedTokens, 0)
  for (const batch of batches) await trainer.accumulate(batch, Math.max(1, tokens))
  const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps, weight_decay, max_grad_norm } = run
  try {
    const hyper = { lr, beta1, beta2, eps, weightDecay: weight_decay, maxGradNorm: max_grad_norm }
    return (await trainer.step(hyper)).loss
  } catch (error) {
    if (error instanceof TuneError && error.code === 'train-non-finite') return NaN
    throw error
  }
}
