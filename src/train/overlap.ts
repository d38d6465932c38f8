import type { TokenizedRow } from '../contracts/data'
import { FNV_32, fnv32 } from '../contracts/hash'
import type { Overlap } from '../contracts/evaluation'

/** Tokens that are looked at together. */
const SHINGLE = 5
/** So much of what is a held-out row's own stands in one trained row: it is that row, changed a little. */
const NEAR = 0.8
/** What more trained rows than this share have in common is the template's or the set's, not the row's own. */
const COMMON_SHARE = 0.1
const COMMON_LEAST = 5

/**
 * Held-out rows that stand among the trained ones, word for word or nearly, each with the first row it is like. Only
 * shingles of held-out rows are kept, so that memory goes by those.
 */
export function overlapping(train: readonly TokenizedRow[], held: readonly TokenizedRow[]): Overlap[] {
  const sets = held.map(({ inputIds }) => new Set(shingles(inputIds)))
  const holders = new Map<number, number[]>()
  sets.forEach((set, i) => set.forEach((one) => holders.set(one, [...(holders.get(one) ?? []), i])))
  const seen = train.map(({ inputIds }) => [...new Set(shingles(inputIds))].filter((one) => holders.has(one)))
  const rows = new Map<number, number>()
  for (const set of seen) for (const one of set) rows.set(one, (rows.get(one) ?? 0) + 1)
  const common = Math.max(COMMON_LEAST, train.length * COMMON_SHARE)
  const isOwn = (one: number) => (rows.get(one) ?? 0) <= common
  const own = sets.map((set) => [...set].filter(isOwn).length)

  const exact = new Map(train.map(({ inputIds, row }) => [inputIds.join(), row] as const).reverse())
  const near = new Map<number, number>()
  seen.forEach((set, t) => {
    const shared = new Map<number, number>()
    for (const one of set.filter(isOwn)) for (const i of holders.get(one)!) shared.set(i, (shared.get(i) ?? 0) + 1)
    for (const [i, count] of shared) if (count >= NEAR * own[i] && !near.has(i)) near.set(i, train[t].row)
  })
  return held.flatMap(({ row, inputIds }, i): Overlap[] => {
    const same = exact.get(inputIds.join())
    if (same !== undefined) return [{ held: row, train: same, kind: 'exact' }]
    const like = near.get(i)
    return like === undefined ? [] : [{ held: row, train: like, kind: 'near' }]
  })
}

/** A hash of every run of SHINGLE tokens; of a shorter row, of all of it. */
function shingles(ids: Int32Array): number[] {
  const count = Math.max(1, ids.length - SHINGLE + 1)
  return Array.from({ length: count }, (_, at) => ids.subarray(at, at + SHINGLE).reduce(fnv32, FNV_32))
}
