import type { SeenRow } from '../contracts/evaluation'

/** Rows as they are kept: three numbers each in one array, which a browser copies at once. */
export type PackedSeen = Float64Array

export function packSeen(rows: readonly SeenRow[]): PackedSeen {
  const packed = new Float64Array(rows.length * 3)
  rows.forEach((row, i) => packed.set(row, i * 3))
  return packed
}

const unpacked = new WeakMap<PackedSeen, readonly SeenRow[]>()
const NONE: readonly SeenRow[] = []

/** The same array each time that the same is asked for. */
export function unpackSeen(packed: PackedSeen | undefined): readonly SeenRow[] {
  if (!packed) return NONE
  const known = unpacked.get(packed)
  if (known) return known
  const rows = Array.from({ length: packed.length / 3 }, (_, i): SeenRow => [
    packed[i * 3],
    packed[i * 3 + 1],
    packed[i * 3 + 2],
  ])
  unpacked.set(packed, rows)
  return rows
}

/** Those that were seen by a step. */
export const seenUntil = (packed: PackedSeen | undefined, step: number): PackedSeen | undefined =>
  packed && packSeen(unpackSeen(packed).filter(([, at]) => at <= step))
