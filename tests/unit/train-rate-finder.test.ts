import { expect, it } from 'vitest'
import { RateCurve, valley } from '../../src/train/rate-finder'
import { goldenJson } from '../helpers/golden'

interface Case {
  name: string
  losses: (number | null)[]
  steps: number
  rates: number[]
  smoothed: number[]
  suggestion: number
}

/** What fastai's LRFinder and `valley` make of curves: tools/reference/golden_rate_finder.py. */
const golden = goldenJson<{ steps: number; cases: Case[] }>('configs/rate-finder.json')

it.each(golden.cases)('$name: rates, smoothed losses, end and suggestion are fastai’s', (made) => {
  const curve = new RateCurve({ from: 1e-6, to: 1, steps: golden.steps })
  for (const loss of made.losses) if (!curve.add(loss ?? NaN)) break
  expect(curve.points).toHaveLength(made.steps)
  curve.points.forEach(({ learning_rate, smoothed }, i) => {
    expect(learning_rate / made.rates[i]).toBeCloseTo(1, 12)
    // fastai adds in float32.
    expect(smoothed / made.smoothed[i]).toBeCloseTo(1, 4)
  })
  const { suggestion, reason } = curve.suggested()
  if (['noise alone', 'it rises at once'].includes(made.name)) {
    // fastai names a rate all the same.
    expect([suggestion, reason]).toEqual([null, { kind: 'flat' }])
    return
  }
  expect(suggestion! / made.suggestion).toBeCloseTo(1, 6)
  expect(reason).toMatchObject({ kind: 'valley' })
})

it('says where the loss fell and where it rose', () => {
  const curve = new RateCurve({ from: 1e-4, to: 1, steps: 40 })
  for (let i = 0; i < 40; i++) curve.add(i < 30 ? 4 - i / 10 : 30)
  const { reason } = curve.suggested()
  const rate = (i: number) => expect.closeTo(1e-4 ** (1 - i / 40), 9)
  expect(reason).toEqual({ kind: 'valley', from: rate(4), to: rate(29), rises: rate(30) })
})

it('has no rate for a search that ended at once', () => {
  const curve = new RateCurve({ from: 1e-6, to: 1, steps: 20 })
  for (const loss of [1, 1.1, 9, NaN]) if (!curve.add(loss)) break
  expect(curve.suggested()).toEqual({ suggestion: null, reason: { kind: 'short' } })
  expect(valley([3, 2, 1])).toEqual({ start: -1, end: 2, middle: 0 })
})
