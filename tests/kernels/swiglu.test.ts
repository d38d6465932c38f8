import { expect, test } from 'vitest'
import { swigluBackward, swigluBackwardReference, swigluForward, swigluReference } from '../../src/ops/swiglu'
import { differences, dot } from '../helpers/differences'
import { F32_SUMS, random, relativeError, runOps } from '../helpers/gpu'

for (const n of [1, 64, 1003]) {
  test(`${n} elements forward and backward`, async () => {
    const [gate, up, dact] = [random(n, 1, 6), random(n, 2), random(n, 3)]
    const out = await runOps(
      {
        gate: { data: gate },
        up: { data: up },
        act: { data: new Float32Array(n) },
        dgate: { data: new Float32Array(n) },
        dup: { data: new Float32Array(n) },
        g2: { data: gate },
        u2: { data: up },
        dact: { data: dact },
      },
      (r, t) => {
        swigluForward(r, { gate: t.gate, up: t.up, act: t.act, n })
        swigluBackward(r, { dact: t.dact, gate: t.gate, up: t.up, dgate: t.dgate, dup: t.dup, n })
        swigluBackward(r, { dact: t.dact, gate: t.g2, up: t.u2, dgate: t.g2, dup: t.u2, n })
      },
    )
    expect(relativeError(out.act, swigluReference(gate, up))).toBeLessThan(F32_SUMS)
    const want = swigluBackwardReference(dact, gate, up)
    expect(relativeError(out.g2, want.gate)).toBeLessThan(F32_SUMS)
    expect(relativeError(out.u2, want.up)).toBeLessThan(F32_SUMS)
    expect([...out.dgate, ...out.dup]).toEqual([...out.g2, ...out.u2])
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
