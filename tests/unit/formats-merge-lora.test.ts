import { expect, test } from 'vitest'
import { addLora } from '../../src/exporters/merging/add-lora'

test('a window in the middle of a weight gets its own rows of B A', () => {
  const [r, inFeatures, outFeatures, scale] = [2, 3, 5, 0.5]
  const A = Float32Array.from({ length: r * inFeatures }, (_, i) => i + 1)
  const B = Float32Array.from({ length: outFeatures * r }, (_, i) => i - 4)
  const pair = { layer: 0, projection: 'q_proj' as const, r, inFeatures, outFeatures, A, B }
  const whole = Float32Array.from({ length: outFeatures * inFeatures }, (_, i) => i / 4)
  const window = whole.slice(2 * inFeatures, 4 * inFeatures)
  addLora(window, 2, pair, scale)
  // Small integers and halves: every sum is exact.
  const want = [...window.keys()].map((i) => {
    const [row, column] = [2 + Math.floor(i / inFeatures), i % inFeatures]
    return (row * inFeatures + column) / 4 + scale * (B[row * r] * A[column] + B[row * r + 1] * A[inFeatures + column])
  })
  expect([...window]).toEqual(want)
})
