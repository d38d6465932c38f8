/** A trained row and its mean loss per trained token, in nats, before the run and after it. */
export interface RowStory {
  row: number
  before: number
  after: number
}

export type RowLabel = 'never-learnt' | 'by-heart' | 'fights'

/** So little loss that every token of the answer has 95 % in (geometric) mean. */
const KNOWN = 0.05
/** So much that the base was far from it: 61 % in mean. */
const UNKNOWN = 0.5
/** A loss that rose by more than this share, and by more than this, has risen. */
const RISEN_SHARE = 0.02
const RISEN_LEAST = 0.01
/** The middle row must have lost this share of its loss before one can be said to lag behind. */
const LEARNT_SHARE = 0.1
/** A row that lost less than this part of what the middle row lost has not learnt. */
const LAG = 0.25

/**
 * What stands out among the rows of a run, by rules:
 * - `fights`: its loss rose by more than 2 % (and 0.01), although it was trained: what the other rows teach pulls
 *   against it.
 * - `by-heart`: it began above 0.5 and ended at 0.05 or below: the model gives the very tokens back.
 * - `never-learnt`: it lost less than a quarter of the share of its loss that the middle row lost, where that was a
 *   tenth or more, and still stands above 0.05.
 */
export function labelRows(rows: readonly RowStory[]): Map<number, RowLabel> {
  const gone = ({ before, after }: RowStory) => (before > 0 ? (before - after) / before : 0)
  const shares = rows.map(gone).sort((a, b) => a - b)
  const middle = shares.length > 0 ? shares[shares.length >> 1] : 0
  return new Map(
    rows.flatMap((one): [number, RowLabel][] => {
      const label = labelOf(one, middle >= LEARNT_SHARE ? middle * LAG : -Infinity, gone(one))
      return label ? [[one.row, label]] : []
    }),
  )
}

function labelOf({ before, after }: RowStory, lagsBelow: number, gone: number): RowLabel | null {
  if (after - before > Math.max(RISEN_LEAST, before * RISEN_SHARE)) return 'fights'
  if (before > UNKNOWN && after <= KNOWN) return 'by-heart'
  return after > KNOWN && gone < lagsBelow ? 'never-learnt' : null
}
