import { describe, expect, test } from 'vitest'
import { softmaxBackward, softmaxBackwardReference, softmaxForward, softmaxReference } from '../../src/ops/softmax'
import { differences, dot } from '../helpers/differences'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps } from '../helpers/gpu'

for (const tuning of ROW_TUNINGS) {
  describe(`${tuning.rowLanes} invocations a row`, () => {
    // One key; rows shorter and longer than a workgroup; a few new queries after a cache.
    for (const [B, H, Tq, Tk, first] of [
      [1, 1, 1, 1, 0],
      [2, 3, 9, 9, 0],
      [1, 2, 1, 70, 69],
      [1, 1, 5, 8, 3],
      [3, 1, 67, 67, 0],
    ]) {
      test(`B ${B} H ${H} ${Tq} queries at ${first} over ${Tk} keys`, async () => {
        const shape = { B, H, Tq, Tk, first }
        const n = B * H * Tq * Tk
        const [scores, d] = [random(n, 1, 4), random(n, 2)]
        // What stands right of the diagonal is unwritten memory in a real pass.
        for (let i = 0; i < n; i++) if (i % Tk > first + (Math.floor(i / Tk) % Tq)) scores[i] = d[i] = NaN
        const segments = Int32Array.from({ length: B * Tk }, (_, i) => (i % Tk < 4 + Math.floor(i / Tk) ? 1 : 2))
        const out = await runOps(
          { scores: { data: scores }, plain: { data: scores }, d: { data: d }, segments: { data: segments } },
          (r, t) => {
            softmaxForward(r, { ...shape, scores: t.scores, segments: t.segments })
            softmaxBackward(r, { ...shape, scores: t.plain, d: t.d })
          },
          tuning,
        )
        expect(relativeError(out.scores, softmaxReference(scores, shape, segments))).toBeLessThan(F32_SUMS)
        const probs = softmaxReference(scores, shape)
        expect(relativeError(out.plain, probs)).toBeLessThan(F32_SUMS)
        const gradient = softmaxBackwardReference(probs, d, shape)
        // A single key leaves no gradient: the difference of two equal numbers.
        if (Tk === 1) expect(Math.abs(out.d[0])).toBeLessThan(F32_SUMS)
        else expect(relativeError(out.d, gradient)).toBeLessThan(F32_SUMS)
      })
    }

    test('scores far apart neither overflow nor vanish', async () => {
      const shape = { B: 1, H: 1, Tq: 1, Tk: 5, first: 4 }
      const scores = Float32Array.of(300, -300, 299, 0, 300)
      const out = await runOps(
        { scores: { data: scores } },
        (r, t) => softmaxForward(r, { ...shape, scores: t.scores }),
        tuning,
      )
      expect(relativeError(out.scores, softmaxReference(scores, shape))).toBeLessThan(F32_SUMS)
    })

    test('one score above all others, at any place of a row', async () => {
      const shape = { B: 1, H: 70, Tq: 1, Tk: 70, first: 69 }
      // Row h has its largest score at key h: exp() of it overflows unless it is found.
      const scores = Float32Array.from({ length: 70 * 70 }, (_, i) => (i % 70 === Math.floor(i / 70) ? 200 : i % 7))
      const out = await runOps(
        { scores: { data: scores } },
        (r, t) => softmaxForward(r, { ...shape, scores: t.scores }),
        tuning,
      )
      expect(relativeError(out.scores, softmaxReference(scores, shape))).toBeLessThan(F32_SUMS)
    })

    test('matrices from the second line on read that line of the segments', async () => {
      const shape = { B: 2, H: 2, Tq: 6, Tk: 6, first: 0, line: 1 }
      const scores = random(2 * 2 * 36, 3, 2)
      const segments = Int32Array.of(1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 1, 2, 3, 3, 3, 3)
      const out = await runOps(
        { scores: { data: scores }, segments: { data: segments } },
        (r, t) => softmaxForward(r, { ...shape, scores: t.scores, segments: t.segments }),
        tuning,
      )
      expect(relativeError(out.scores, softmaxReference(scores, shape, segments.subarray(6)))).toBeLessThan(F32_SUMS)
    })
  })
}

test('the backward twin equals finite differences', () => {
  const shape = { B: 1, H: 2, Tq: 3, Tk: 7, first: 4 }
  const scores = Float64Array.from(random(2 * 3 * 7, 1, 2))
  const d = random(2 * 3 * 7, 2)
  const gradient = softmaxBackwardReference(softmaxReference(scores, shape), d, shape)
  for (const { at, slope } of differences(scores, () => dot(softmaxReference(scores, shape), d), 20)) {
    expect(gradient[at]).toBeCloseTo(slope, 7)
  }
})
