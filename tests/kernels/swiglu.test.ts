import { expect, test } from 'vitest'
import { swigluBackwardReference, swigluForward, swigluReference } from '../../src/ops/swiglu'
import { differences, dot } from '../helpers/differences'
import { F32_SUMS, random, relativeError, runOps } from '../helpers/gpu'

for (const n of [1, 64, 1003]) {
  test(`${n} elements`, async () => {
    const [gate, up] = [random(n, 1, 6), random(n, 2)]
    const out = await runOps(
      { gate: { data: gate }, up: { data: up }, act: { data: new Float32Array(n).fill(NaN) } },
      (r, t) => swigluForward(r, { gate: t.gate, up: t.up, act: t.act, n }),
    )
    expect(relativeError(out.act, swigluReference(gate, up))).toBeLessThan(F32_SUMS)
  })
}

test('gates far from zero stay finite', async () => {
  const gate = Float32Array.of(-200, -90, 90, 200)
  const up = Float32Array.of(1, 2, 3, 4)
  const out = await runOps(
    { gate: { data: gate }, up: { data: up }, act: { data: new Float32Array(4).fill(NaN) } },
    (r, t) => swigluForward(r, { gate: t.gate, up: t.up, act: t.act, n: 4 }),
  )
  expect(relativeError(out.act, swigluReference(gate, up))).toBeLessThan(F32_SUMS)
})

test('the backward twin equals finite differences', () => {
  const n = 17
  const [gate, up] = [Float64Array.from(random(n, 1, 4)), Float64Array.from(random(n, 2))]
  const dact = random(n, 3)
  const want = swigluBackwardReference(dact, gate, up)
  const loss = () => dot(swigluReference(gate, up), dact)
  for (const { at, slope } of differences(gate, loss, n)) expect(want.gate[at]).toBeCloseTo(slope, 7)
  for (const { at, slope } of differences(up, loss, n)) expect(want.up[at]).toBeCloseTo(slope, 7)
})
