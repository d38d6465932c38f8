import type { MicroBatch } from '../../contracts/data'
import type { RowLoss } from '../../contracts/evaluation'

/** 32-bit words that the head leaves of a trained position: cross-entropy, arg max is the label, entropy, scratch. */
export const LOSS_WORDS = 4

/**
 * Mean loss of every row of a batch, in the order of `batch.rows`. `chosen` are the trained positions, `words` what the
 * head left of each. A row without a trained token has the loss 0 over 0 tokens.
 */
export function lossesOfRows(
  batch: Pick<MicroBatch, 'B' | 'T' | 'segments' | 'rows'>,
  chosen: Int32Array,
  words: Float32Array,
): RowLoss[] {
  const { B, T, segments } = batch
  const firsts: number[] = []
  let before = 0
  for (let line = 0; line < B; line++) {
    firsts.push(before)
    before += segments.subarray(line * T, (line + 1) * T).reduce((most, segment) => Math.max(most, segment), 0)
  }
  const sums = new Float64Array(before)
  const counts = new Int32Array(before)
  for (const [i, m] of chosen.entries()) {
    const row = firsts[Math.floor(m / T)] + segments[m] - 1
    sums[row] += words[i * LOSS_WORDS]
    counts[row]++
  }
  return batch.rows.map((row, i) => ({
    row,
    loss: counts[i] > 0 ? sums[i] / counts[i] : 0,
    num_trained_tokens: counts[i],
  }))
}
