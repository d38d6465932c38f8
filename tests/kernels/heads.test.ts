import { expect, test } from 'vitest'
import { headsBackward, headsForward } from '../../src/ops/heads'
import { rmsnormBackwardReference, rmsnormReference } from '../../src/ops/rmsnorm'
import { ropeReference } from '../../src/ops/rope'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps } from '../helpers/gpu'

// Query and key heads beside values: normed, turned, both, and back; what stands beside them stays.
const [M, Q, KV, D] = [5, 3, 2, 6]
const [heads, pitch] = [Q + KV, (Q + 2 * KV) * D]
const width = heads * D
const positions = Int32Array.from({ length: M }, (_, m) => (m * 3) % 7)
const table = random(7 * D, 9)
const [qWeight, kWeight] = [random(D, 7), random(D, 8)]

/** Columns [0, width) of rows of `from`. */
const part = (x: Float32Array, from: number): Float32Array =>
  Float32Array.from({ length: M * width }, (_, i) => x[Math.floor(i / width) * from + (i % width)])

/** One weight a head by repeating norms row by row. */
function perHead(values: ArrayLike<number>, norm: (row: Float32Array, w: Float32Array, i: number) => Float64Array) {
  const out = new Float64Array(values.length)
  for (let i = 0; i < M * heads; i++) {
    const row = Float32Array.from({ length: D }, (_, e) => values[i * D + e])
    out.set(norm(row, i % heads < Q ? qWeight : kWeight, i), i * D)
  }
  return out
}

for (const tuning of ROW_TUNINGS) {
  for (const [norm, rope] of [
    [true, true],
    [true, false],
    [false, true],
  ]) {
    test(`norm ${norm}, rope ${rope}, ${tuning.rowLanes} invocations a row`, async () => {
      const [raw, d] = [random(M * pitch, 1, 2), random(M * pitch, 2)]
      const forward = norm ? { data: new Float32Array(M * width).fill(NaN) } : { data: raw }
      const out = await runOps(
        {
          raw: { data: raw },
          x: forward,
          d: { data: d },
          q: { data: qWeight },
          k: { data: kWeight },
          positions: { data: positions },
          table: { data: table },
        },
        (r, t) => {
          const shape = {
            M,
            heads,
            queryHeads: Q,
            D,
            norm: norm ? { raw: t.raw, pitch, q: t.q, k: t.k, eps: 1e-6 } : undefined,
            rope: rope ? { positions: t.positions, table: t.table } : undefined,
          }
          headsForward(r, { ...shape, x: t.x, pitch: norm ? width : pitch })
          headsBackward(r, { ...shape, x: t.d, pitch })
        },
        tuning,
      )
      const turned = (x: ArrayLike<number>, backward = false): ArrayLike<number> =>
        rope ? ropeReference(x, positions, table, { M, heads, D, backward }) : x
      const normed = norm
        ? perHead(part(raw, pitch), (row, w) => rmsnormReference(row, w, 1, D, 1e-6))
        : part(raw, pitch)
      expect(relativeError(norm ? out.x : part(out.x, pitch), turned(normed))).toBeLessThan(F32_SUMS)
      const back = turned(part(d, pitch), true)
      const rows = part(raw, pitch)
      const want = norm
        ? perHead(back, (dy, w, i) => rmsnormBackwardReference(rows.subarray(i * D, i * D + D), w, dy, 1, D, 1e-6))
        : back
      expect(relativeError(part(out.d, pitch), want)).toBeLessThan(F32_SUMS)
      const beside = (x: Float32Array): number[] => [...x].filter((_, i) => i % pitch >= width)
      expect(beside(out.d)).toEqual(beside(d))
    })
  }
}
