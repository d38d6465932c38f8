import { describe, expect, test } from 'vitest'
import type { CurvePoint } from '../../src/state/curve'
import { curveCsv, nearest, smooth, thin, xOf } from '../../src/state/curve'
import { linearTicks, logTicks } from '../../src/ui/features/charts/ticks'
import { FIGURE_NAMES } from '../../src/contracts/figures'

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('smooth', () => {
  test('weight 0 gives the values back', () => {
    expect(smooth([1, 2, 3], [5, 1, 4], 0)).toEqual([5, 1, 4])
  })
  test('a constant stays constant from the first point on', () => {
    for (const y of smooth(
      range(50),
      range(50).map(() => 2.5),
      0.97,
    ))
      expect(y).toBeCloseTo(2.5, 12)
  })
  test('on an even axis it is the bias-corrected exponential average', () => {
    const ys = [4, 2, 1, 3]
    let sum = 0
    let mass = 0
    const expected = ys.map((y) => {
      sum = sum * 0.6 + y * 0.4
      mass = mass * 0.6 + 0.4
      return sum / mass
    })
    smooth([10, 20, 30, 40], ys, 0.6).forEach((y, i) => expect(y).toBeCloseTo(expected[i], 12))
  })
  test('a long gap forgets more than a short one', () => {
    const afterShort = smooth([0, 1, 2, 3, 4], [1, 1, 1, 1, 0], 0.9).at(-1)!
    const afterLong = smooth([0, 1, 2, 3, 40], [1, 1, 1, 1, 0], 0.9).at(-1)!
    expect(afterLong).toBeLessThan(afterShort)
  })
  test('a value that is not a number leaves the average as it was', () => {
    const out = smooth([0, 1, 2], [3, Number.NaN, 3], 0.5)
    expect(out[1]).toBeCloseTo(3, 12)
    expect(out[2]).toBeCloseTo(3, 12)
  })
})

describe('thin', () => {
  test('few points stay as they are', () => {
    expect(thin([3, 1, 2], 10)).toEqual([0, 1, 2])
  })
  test('10 000 points fit the limit and keep ends, order and every bucket’s spike', () => {
    const ys = range(10_000).map((i) => Math.sin(i / 300))
    ys[4321] = 99
    ys[7777] = -99
    const picked = thin(ys, 800)
    expect(picked.length).toBeLessThanOrEqual(800)
    expect(picked[0]).toBe(0)
    expect(picked.at(-1)).toBe(9_999)
    expect(picked).toContain(4321)
    expect(picked).toContain(7777)
    for (let i = 1; i < picked.length; i++) expect(picked[i]).toBeGreaterThan(picked[i - 1])
  })
  test('thinning and smoothing 10 000 points takes a small part of a frame budget', () => {
    const ys = range(10_000).map((i) => Math.cos(i))
    const began = performance.now()
    thin(smooth(range(10_000), ys, 0.9), 800)
    expect(performance.now() - began).toBeLessThan(50)
  })
})

test('nearest finds the closer neighbour and clamps at the ends', () => {
  expect(nearest([], 1)).toBe(-1)
  expect(nearest([1, 2, 4], -5)).toBe(0)
  expect(nearest([1, 2, 4], 2.9)).toBe(1)
  expect(nearest([1, 2, 4], 3.1)).toBe(2)
  expect(nearest([1, 2, 4], 50)).toBe(2)
})

const point: CurvePoint = {
  step: 3,
  epoch: 0.5,
  loss: 1.25,
  grad_norm: 2,
  learning_rate: 1e-4,
  num_tokens: 640,
  seconds: 90,
  tokens_per_second: 12,
}

test('the axis chooses the measure; time is in minutes', () => {
  expect(['step', 'epoch', 'tokens', 'time'].map((axis) => xOf(point, axis as 'step'))).toEqual([3, 0.5, 640, 1.5])
})

test('CSV has every figure in full precision, and a gap where a step of an earlier version lacks one', () => {
  const [header, line, older] = curveCsv([{ ...point, entropy: 1.5, mean_token_accuracy: 0.25 }, point]).split('\n')
  expect(header.split(',')).toEqual([...FIGURE_NAMES, 'seconds', 'tokens_per_second'])
  const cells = Object.fromEntries(header.split(',').map((name, i) => [name, line.split(',')[i]]))
  expect(cells).toMatchObject({ step: '3', loss: '1.25', learning_rate: '0.0001', entropy: '1.5', seconds: '90' })
  expect(older.split(',')[FIGURE_NAMES.indexOf('entropy')]).toBe('')
})

describe('ticks', () => {
  test('round numbers inside the range', () => {
    expect(linearTicks(0.8, 3.9, 5)).toEqual([1, 2, 3])
    expect(linearTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3])
    expect(linearTicks(1, 60, 6)).toEqual([10, 20, 30, 40, 50, 60])
    expect(linearTicks(5, 5, 4)).toEqual([5])
    expect(linearTicks(1, 4, 6)).toContain(1.5)
    expect(linearTicks(1, 4, 6, 1)).toEqual([1, 2, 3, 4])
  })
  test('logarithmic ones are 1, 2, 5 and powers alone over many decades', () => {
    expect(logTicks(0.9, 6)).toEqual([1, 2, 5])
    expect(logTicks(1e-5, 1)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1])
    expect(logTicks(2.1, 2.6).length).toBeGreaterThan(1)
  })
})
