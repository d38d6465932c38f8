import { expect, test } from 'vitest'
import type { SeenRow } from '../../src/contracts/evaluation'
import { packSeen, seenUntil, unpackSeen } from '../../src/state/seen-rows'

test('rows that were seen are kept as numbers and come back the same, the same array each time', () => {
  const rows: SeenRow[] = [
    [7, 1, 2.5],
    [3, 2, 0.125],
    [7, 3, 1.75],
  ]
  const packed = packSeen(rows)
  expect(unpackSeen(packed)).toEqual(rows)
  expect(unpackSeen(packed)).toBe(unpackSeen(packed))
  expect(unpackSeen(seenUntil(packed, 2))).toEqual(rows.slice(0, 2))
  expect(unpackSeen(undefined)).toBe(unpackSeen(undefined))
  expect(seenUntil(undefined, 2)).toBeUndefined()
})
