import { IGNORE, type MicroBatch, type TokenizedRow } from '../contracts/data'

/** Rows that share one line of a batch: one row, or several when packed. Indices among the kept rows. */
export type Line = number[]

/**
 * Lay rows into a rectangle, padded on the right by length, never by token id. T is the longest line, rounded up to
 * `padToMultipleOf`. Positions restart with every row and the first token of every row is not trained, since nothing
 * comes before it.
 */
export function collate(
  rows: readonly TokenizedRow[],
  lines: readonly Line[],
  options: { padToMultipleOf?: number; padId?: number } = {},
): MicroBatch {
  const multiple = options.padToMultipleOf ?? 1
  const lengths = lines.map((line) => line.reduce((sum, index) => sum + rows[index].inputIds.length, 0))
  const B = lines.length
  const T = Math.ceil(lengths.reduce((a, b) => Math.max(a, b), 1) / multiple) * multiple
  const batch: MicroBatch = {
    B,
    T,
    inputIds: new Int32Array(B * T).fill(options.padId ?? 0),
    labels: new Int32Array(B * T).fill(IGNORE),
    positions: new Int32Array(B * T),
    segments: new Int32Array(B * T),
    rows: [],
    trainedTokens: 0,
    realTokens: 0,
  }
  lines.forEach((line, b) => {
    let at = b * T
    line.forEach((index, segment) => {
      const { inputIds, labels, row } = rows[index]
      batch.inputIds.set(inputIds, at)
      batch.labels.set(labels, at)
      batch.labels[at] = IGNORE
      for (let i = 0; i < inputIds.length; i++) {
        batch.positions[at + i] = i
        batch.segments[at + i] = segment + 1
        if (i > 0 && labels[i] !== IGNORE) batch.trainedTokens++
      }
      batch.rows.push(row)
      batch.realTokens += inputIds.length
      at += inputIds.length
    })
  })
  return batch
}
