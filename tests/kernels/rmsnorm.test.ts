import { describe, expect, test } from 'vitest'
import { rmsnormBackward, rmsnormBackwardReference, rmsnormForward, rmsnormReference } from '../../src/ops/rmsnorm'
import { differences, dot } from '../helpers/differences'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps } from '../helpers/gpu'

for (const tuning of ROW_TUNINGS) {
  describe(`${tuning.rowLanes} invocations a row`, () => {
    // One element, fewer and more than a workgroup's 64, and the rows of a norm over heads: 6 tokens of 5 heads of 20.
    for (const [rows, C] of [
      [1, 1],
      [1, 7],
      [5, 80],
      [33, 200],
      [30, 20],
    ]) {
      test(`[${rows}, ${C}] forward, residual form and backward`, async () => {
        const [x, delta, w, dy, dx] = [
          random(rows * C, 1, 3),
          random(rows * C, 2),
          random(C, 3),
          random(rows * C, 4),
          random(rows * C, 5),
        ]
        const empty = () => ({ data: new Float32Array(rows * C).fill(NaN) })
        const out = await runOps(
          {
            x: { data: x },
            delta: { data: delta },
            w: { data: w },
            dy: { data: dy },
            y: empty(),
            y2: empty(),
            x2: empty(),
            plain: empty(),
            dx: { data: dx },
          },
          (r, t) => {
            const shape = { rows, C, eps: 1e-6, weight: t.w }
            rmsnormForward(r, { ...shape, x: t.x, y: t.y })
            rmsnormForward(r, { ...shape, x: t.x, y: t.y2, add: { delta: t.delta, xOut: t.x2 } })
            rmsnormBackward(r, { ...shape, x: t.x, dy: t.dy, dx: t.dx, accumulate: true })
            rmsnormBackward(r, { ...shape, x: t.x, dy: t.dy, dx: t.plain })
          },
          tuning,
        )
        const sum = x.map((v, i) => Math.fround(v + delta[i]))
        expect(relativeError(out.y, rmsnormReference(x, w, rows, C, 1e-6))).toBeLessThan(F32_SUMS)
        expect(relativeError(out.x2, sum)).toBe(0)
        expect(relativeError(out.y2, rmsnormReference(sum, w, rows, C, 1e-6))).toBeLessThan(F32_SUMS)
        const gradient = rmsnormBackwardReference(x, w, dy, rows, C, 1e-6)
        // A row of one element has a gradient of nearly nothing, the difference of two numbers of unit size.
        if (C === 1) expect(Math.abs(out.plain[0] - gradient[0])).toBeLessThan(F32_SUMS)
        else expect(relativeError(out.plain, gradient)).toBeLessThan(F32_SUMS)
        expect(
          relativeError(
            out.dx,
            gradient.map((v, i) => v + dx[i]),
          ),
        ).toBeLessThan(F32_SUMS)
      })
    }

    test('a row so small that eps decides', async () => {
      const [rows, C, eps] = [3, 40, 1e-6]
      const [x, w, dy] = [random(rows * C, 1, 1e-3), random(C, 2), random(rows * C, 3)]
      const zeros = () => ({ data: new Float32Array(rows * C) })
      const out = await runOps(
        { x: { data: x }, w: { data: w }, dy: { data: dy }, y: zeros(), dx: zeros() },
        (r, t) => {
          rmsnormForward(r, { x: t.x, weight: t.w, y: t.y, rows, C, eps })
          rmsnormBackward(r, { x: t.x, weight: t.w, dy: t.dy, dx: t.dx, rows, C, eps })
        },
        tuning,
      )
      expect(relativeError(out.y, rmsnormReference(x, w, rows, C, eps))).toBeLessThan(F32_SUMS)
      expect(relativeError(out.dx, rmsnormBackwardReference(x, w, dy, rows, C, eps))).toBeLessThan(F32_SUMS)
    })
  })
}

test('the backward twin equals finite differences', () => {
  const [rows, C, eps] = [4, 13, 1e-3]
  const x = Float64Array.from(random(rows * C, 1))
  const [w, dy] = [random(C, 2), random(rows * C, 3)]
  const gradient = rmsnormBackwardReference(x, w, dy, rows, C, eps)
  for (const { at, slope } of differences(x, () => dot(rmsnormReference(x, w, rows, C, eps), dy))) {
    expect(gradient[at]).toBeCloseTo(slope, 7)
  }
})
