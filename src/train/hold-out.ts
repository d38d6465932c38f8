import type { TokenizedRow } from '../contracts/data'
import type { Overlap } from '../contracts/evaluation'
import { torchPermutation } from '../data'
import { fail } from '../errors'
import type { RunFile } from '../run-file/run-file'
import { overlapping } from './overlap'

export interface Parted {
  train: readonly TokenizedRow[]
  /** Judged and never trained. */
  held: readonly TokenizedRow[]
  /** Held-out rows that stand among the trained ones; none where `eval_drop_overlap` has taken them out. */
  overlap: Overlap[]
}

type Split = Pick<RunFile, 'eval_split' | 'max_eval_samples' | 'eval_drop_overlap' | 'seed' | 'exclude_rows'>

/**
 * The rows that a run trains on and those that it is judged by: a second file's, a share or a number of the rows drawn
 * by the seed, those of a split, or none; `exclude_rows` belong to neither. Both keep the file's order. Throws
 * 'train-excluded-all', 'eval-split-leaves-none', 'eval-split-unknown'.
 */
export function holdOut(all: readonly TokenizedRow[], second: readonly TokenizedRow[] | null, split: Split): Parted {
  const { train, held } = parted(without(all, split.exclude_rows), second, split)
  const overlap = overlapOf(all, second, split, () => overlapping(train, held))
  if (!split.eval_drop_overlap || overlap.length === 0) return { train, held, overlap }
  const dropped = new Set(overlap.map((one) => one.held))
  const own = held.filter(({ row }) => !dropped.has(row))
  if (own.length === 0) throw fail('eval-split-leaves-none', { rows: held.length, held: 0, left: 'held' })
  return { train, held: own, overlap: [] }
}

function without(rows: readonly TokenizedRow[], excluded: readonly number[]): readonly TokenizedRow[] {
  if (excluded.length === 0) return rows
  const out = new Set(excluded)
  const left = rows.filter(({ row }) => !out.has(row))
  if (left.length === 0 && rows.length > 0) throw fail('train-excluded-all', { rows: rows.length })
  return left
}

function parted(
  rows: readonly TokenizedRow[],
  second: readonly TokenizedRow[] | null,
  { eval_split, max_eval_samples, seed }: Split,
): Pick<Parted, 'train' | 'held'> {
  if (second) {
    if (second.length === 0) throw fail('eval-split-leaves-none', { rows: 0, held: 0, left: 'held' })
    return { train: rows, held: second.slice(0, max_eval_samples ?? undefined) }
  }
  if (eval_split === 0) return { train: rows, held: [] }
  if (typeof eval_split === 'string') {
    const held = rows.filter(({ split }) => split === eval_split)
    const train = rows.filter(({ split }) => split !== eval_split)
    const splits = [...new Set(rows.flatMap(({ split }) => split ?? []))]
    if (held.length === 0) throw fail('eval-split-unknown', { split: eval_split, splits })
    if (train.length === 0)
      throw fail('eval-split-leaves-none', { rows: rows.length, held: held.length, left: 'train' })
    return { train, held: held.slice(0, max_eval_samples ?? undefined) }
  }
  const wanted = eval_split < 1 ? Math.ceil(rows.length * eval_split) : eval_split
  const count = Math.min(wanted, max_eval_samples ?? Infinity)
  if (count >= rows.length) throw fail('eval-split-leaves-none', { rows: rows.length, held: count, left: 'train' })
  const drawn = new Set(torchPermutation(rows.length, seed).slice(0, count))
  return { train: rows.filter((_, i) => !drawn.has(i)), held: rows.filter((_, i) => drawn.has(i)) }
}

/** The last comparison of a data set: a plan is asked for at every change of a setting. */
const compared = new WeakMap<readonly TokenizedRow[], { key: string; second: unknown; overlap: Overlap[] }>()

function overlapOf(
  rows: readonly TokenizedRow[],
  second: readonly TokenizedRow[] | null,
  { eval_split, max_eval_samples, seed, exclude_rows }: Split,
  compare: () => Overlap[],
): Overlap[] {
  const key = JSON.stringify([eval_split, max_eval_samples, seed, exclude_rows])
  const known = compared.get(rows)
  if (known?.key === key && known.second === second) return known.overlap
  const overlap = compare()
  compared.set(rows, { key, second, overlap })
  return overlap
}
