import { expect, test } from 'vitest'
import { countNonFinite } from '../../src/ops/probe'
import { random, runOps } from '../helpers/gpu'

test('counts NaN and infinities of a sum, and writes its own layer alone', async () => {
  const n = 300
  const [x, delta] = [random(n, 1), random(n, 2)]
  x[0] = NaN
  x[64] = Infinity
  delta[n - 1] = -Infinity
  // Infinity minus infinity is one number that is not finite; the largest float is finite.
  x[100] = Infinity
  delta[100] = -Infinity
  x[101] = 3.4e38
  const out = await runOps(
    { x: { data: x }, delta: { data: delta }, counts: { data: Float32Array.of(7, 7, 7, 7) } },
    (r, t) => countNonFinite(r, { x: t.x, delta: t.delta, counts: t.counts, n, layer: 2 }),
  )
  expect([...out.counts]).toEqual([7, 7, 4, 7])
})

test('what lies beyond n does not count', async () => {
  const x = Float32Array.of(1, 2, 3, NaN)
  const out = await runOps(
    { x: { data: x }, delta: { data: new Float32Array(4) }, counts: { data: new Float32Array(4).fill(9) } },
    (r, t) => countNonFinite(r, { x: t.x, delta: t.delta, counts: t.counts, n: 3, layer: 0 }),
  )
  expect(out.counts[0]).toBe(0)
})
