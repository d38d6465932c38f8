import type { TokenizedRow } from '../../contracts/data'
import { fail } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import type { EvalResult } from '../api/types'
import type { ProgressListener } from '../../contracts/progress'
import { judgeRows } from './judge-rows'

/**
 * Loss of every row under the model; the total is the mean over all trained tokens, as one large batch would have it.
 */
export async function evaluateRows(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  options: { useAdapter: boolean; batchSize?: number; padId: number },
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<EvalResult> {
  // A loss of no tokens would read as a perfect one.
  if (rows.length === 0) throw fail('train-no-rows', {})
  const began = performance.now()
  const onRows = (done: number) => {
    const perSecond = done / ((performance.now() - began) / 1000)
    const etaSeconds = (rows.length - done) / perSecond
    on?.({ phase: 'evaluate', done, total: rows.length, unit: 'rows', perSecond, etaSeconds })
  }
  const { counts, losses, right } = await judgeRows(model, rows, { ...options, signal, onRows })
  const tokens = counts.reduce((a, b) => a + b, 0)
  return {
    loss: tokens > 0 ? losses.reduce((a, b) => a + b, 0) / tokens : 0,
    num_trained_tokens: tokens,
    mean_token_accuracy: tokens > 0 ? right.reduce((a, b) => a + b, 0) / tokens : 0,
    per_row: rows.map(({ row }, i) => ({
      row,
      loss: counts[i] > 0 ? losses[i] / counts[i] : 0,
      num_trained_tokens: counts[i],
      mean_token_accuracy: counts[i] > 0 ? right[i] / counts[i] : 0,
    })),
  }
}
