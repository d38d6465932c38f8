import { describe, expect, test } from 'vitest'
import { rope, ropeReference } from '../../src/ops/rope'
import { F32_SUMS, random, relativeError, runOps } from '../helpers/gpu'

/** [positions, D/2] pairs (cos, sin) of angles without a pattern. */
function table(positions: number, D: number): Float32Array {
  const angles = random((positions * D) / 2, 9, 3)
  return Float32Array.from({ length: positions * D }, (_, i) =>
    i % 2 ? Math.sin(angles[i >> 1]) : Math.cos(angles[i >> 1]),
  )
}

describe('turns, turns back', () => {
  // Head sizes that are no power of two, one of two elements; positions that restart, as in a packed line.
  for (const [M, heads, D] of [
    [5, 3, 20],
    [1, 1, 2],
    [7, 5, 6],
    [4, 2, 80],
    [9, 1, 40],
    [3, 7, 10],
  ]) {
    test(`${M} tokens, ${heads} heads of ${D}`, async () => {
      const x = random(M * heads * D, 1)
      const positions = Int32Array.from({ length: M }, (_, m) => (m < 3 ? m : (m * 5) % 11))
      const turns = table(11, D)
      const out = await runOps(
        { x: { data: x }, y: { data: x }, z: { data: x }, positions: { data: positions }, table: { data: turns } },
        (r, t) => {
          const shape = { positions: t.positions, table: t.table, M, heads, D }
          rope(r, { ...shape, x: t.x })
          rope(r, { ...shape, x: t.y })
          rope(r, { ...shape, x: t.y, backward: true })
          rope(r, { ...shape, x: t.z, backward: true })
        },
      )
      expect(relativeError(out.x, ropeReference(x, positions, turns, { M, heads, D }))).toBeLessThan(F32_SUMS)
      expect(relativeError(out.y, x)).toBeLessThan(F32_SUMS)
      // The backward pass of a rotation is its transpose: <turn(x), y> = <x, back(y)>.
      expect(relativeError(out.z, ropeReference(x, positions, turns, { M, heads, D, backward: true }))).toBeLessThan(
        F32_SUMS,
      )
    })
  }
})

test('the backward twin is the transpose of the forward one', () => {
  const [M, heads, D] = [4, 3, 10]
  const [x, y, turns] = [random(M * heads * D, 1), random(M * heads * D, 2), table(4, D)]
  const positions = [3, 0, 2, 1]
  const forward = ropeReference(x, positions, turns, { M, heads, D }).reduce((sum, v, i) => sum + v * y[i], 0)
  const back = ropeReference(y, positions, turns, { M, heads, D, backward: true }).reduce(
    (sum, v, i) => sum + v * x[i],
    0,
  )
  expect(forward).toBeCloseTo(back, 10)
})
