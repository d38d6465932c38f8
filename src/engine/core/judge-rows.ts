import type { TokenizedRow } from '../../contracts/data'
import { collate, packLines } from '../../data/index'
import { TuneError } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import { PAD_TO } from '../../train/windows'

/** Of each row, in the order given: its trained tokens and the sums over them. */
export interface Judged {
  counts: Int32Array
  losses: Float64Array
  /** Tokens whose arg max is the label. */
  right: Float64Array
  entropies: Float64Array
}

interface JudgeOptions {
  useAdapter: boolean
  padId: number
  /** Rows at once; absent: four, and fewer where they do not fit. */
  batchSize?: number
  signal?: AbortSignal
  onRows?(done: number): void
}

/**
 * What the model makes of every row, without a gradient. Rows are batched by length, so that little is padded, the
 * longest first, so that memory is taken once.
 */
export async function judgeRows(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  { useAdapter, padId, batchSize, signal, onRows }: JudgeOptions,
): Promise<Judged> {
  let size = batchSize ?? 4
  const order = rows.map((_, i) => i).sort((a, b) => rows[b].inputIds.length - rows[a].inputIds.length || a - b)
  const n = rows.length
  const judged: Judged = {
    counts: new Int32Array(n),
    losses: new Float64Array(n),
    right: new Float64Array(n),
    entropies: new Float64Array(n),
  }
  for (let at = 0; at < n;) {
    signal?.throwIfAborted()
    const indices = order.slice(at, at + size)
    const batch = collate(
      rows,
      indices.map((i) => [i]),
      { padToMultipleOf: PAD_TO, padId },
    )
    const result = await model.lossPerLine(batch, useAdapter).catch((error: unknown) => {
      if (batchSize !== undefined || size === 1 || !isTooLarge(error)) throw error
    })
    if (!result) {
      // Nobody asked for so many at once: rows that fit one by one are judged one by one.
      size = Math.ceil(size / 2)
      continue
    }
    at += indices.length
    indices.forEach((index, line) => {
      judged.counts[index] = result.counts[line]
      judged.losses[index] = result.sums[line]
      judged.right[index] = result.right[line]
      judged.entropies[index] = result.entropies[line]
    })
    onRows?.(at)
  }
  return judged
}

const isTooLarge = (error: unknown) =>
  error instanceof TuneError && (error.code === 'gpu-tensor-too-large' || error.code === 'gpu-out-of-memory')

/**
 * The means that trl logs of an evaluation, whatever batches the GPU took: loss, accuracy and entropy of each of its
 * batches are means over the batch's trained tokens; eval_loss weighs batches by their lines, the others do not.
 * With packing, a batch's lines are packs, as trl's `eval_packing` has it by default.
 */
export function evaluationMeans(
  rows: readonly TokenizedRow[],
  judged: Judged,
  run: { per_device_eval_batch_size: number; packing: boolean; max_length: number },
): { eval_loss: number; eval_mean_token_accuracy: number; eval_entropy: number; batches: number } {
  // trl leaves rows out of which nothing counts.
  const counted = rows.flatMap(({ inputIds }, i) => (judged.counts[i] > 0 ? [{ i, length: inputIds.length }] : []))
  const alone = counted.map((_, k) => [k])
  const packs = run.packing
    ? packLines(
        counted.map(({ length }) => length),
        run.max_length,
      )
    : alone
  const lines = packs.map((pack) => pack.map((k) => counted[k].i))
  let loss = 0
  let right = 0
  let entropy = 0
  let batches = 0
  for (let at = 0; at < lines.length; at += run.per_device_eval_batch_size) {
    const batch = lines.slice(at, at + run.per_device_eval_batch_size)
    const sum = (of: ArrayLike<number>) => batch.flat().reduce((total, i) => total + of[i], 0)
    const tokens = Math.max(1, sum(judged.counts))
    loss += (sum(judged.losses) / tokens) * batch.length
    right += sum(judged.right) / tokens
    entropy += sum(judged.entropies) / tokens
    batches++
  }
  return {
    eval_loss: loss / lines.length,
    eval_mean_token_accuracy: right / batches,
    eval_entropy: entropy / batches,
    batches,
  }
}
