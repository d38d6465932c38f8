import type { TokenizedRow } from '../../contracts/data'
import { collate } from '../../data/index'
import { fail, TuneError } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import { PAD_TO } from '../../train/windows'
import type { EvalResult } from '../api/types'
import type { ProgressListener } from '../../contracts/progress'

/**
 * Loss of every row under the model. Rows are batched by length, so that little is padded, the longest first, so that
 * memory is taken once, and reported in the order given. The total is the mean over all trained tokens, as one large
 * batch would have it.
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
  let size = options.batchSize ?? 4
  const order = rows.map((_, i) => i).sort((a, b) => rows[b].inputIds.length - rows[a].inputIds.length || a - b)
  const sums = new Float64Array(rows.length)
  const counts = new Int32Array(rows.length)
  const right = new Int32Array(rows.length)
  const began = performance.now()
  for (let at = 0; at < order.length;) {
    signal?.throwIfAborted()
    const indices = order.slice(at, at + size)
    const batch = collate(
      rows,
      indices.map((i) => [i]),
      { padToMultipleOf: PAD_TO, padId: options.padId },
    )
    const result = await model.lossPerLine(batch, options.useAdapter).catch((error: unknown) => {
      if (options.batchSize !== undefined || size === 1 || !isTooLarge(error)) throw error
    })
    if (!result) {
      // Nobody asked for so many at once: rows that fit one by one are judged one by one.
      size = Math.ceil(size / 2)
      continue
    }
    at += indices.length
    indices.forEach((index, line) => {
      sums[index] = result.sums[line]
      counts[index] = result.counts[line]
      right[index] = result.right[line]
    })
    const perSecond = at / ((performance.now() - began) / 1000)
    on?.({
      phase: 'evaluate',
      done: at,
      total: rows.length,
      unit: 'rows',
      perSecond,
      etaSeconds: (rows.length - at) / perSecond,
    })
  }
  const tokens = counts.reduce((a, b) => a + b, 0)
  return {
    loss: tokens > 0 ? sums.reduce((a, b) => a + b, 0) / tokens : 0,
    num_trained_tokens: tokens,
    mean_token_accuracy: tokens > 0 ? right.reduce((a, b) => a + b, 0) / tokens : 0,
    per_row: rows.map(({ row }, i) => ({
      row,
      loss: counts[i] > 0 ? sums[i] / counts[i] : 0,
      num_trained_tokens: counts[i],
      mean_token_accuracy: counts[i] > 0 ? right[i] / counts[i] : 0,
    })),
  }
}

const isTooLarge = (error: unknown) =>
  error instanceof TuneError && (error.code === 'gpu-tensor-too-large' || error.code === 'gpu-out-of-memory')
