import { describe, expect, test } from 'vitest'
import { dropoutKeeps } from '../../src/ops/dropout'

// That the kernels draw what the twin draws is part of adapted.test.ts.

describe('statistics of the generator', () => {
  const n = 100_000
  const mask = (site: number, seed: number, step: number, rate: number) =>
    Uint8Array.from({ length: n }, (_, i) => (dropoutKeeps(i, site, seed, step, rate) ? 1 : 0))
  const mean = (values: Uint8Array) => values.reduce((a, b) => a + b, 0) / n

  for (const rate of [0.05, 0.1, 0.5]) {
    test(`drops ${rate} of the elements, neighbours independently`, () => {
      const kept = mask(4, 11, 2, rate)
      // Five standard deviations of a binomial share of 100 000 draws.
      const bound = 5 * Math.sqrt((rate * (1 - rate)) / n)
      expect(Math.abs(mean(kept) - (1 - rate))).toBeLessThan(bound)
      for (const distance of [1, 2, 64, 1024]) {
        let both = 0
        for (let i = distance; i < n; i++) both += kept[i] & kept[i - distance]
        expect(Math.abs(both / (n - distance) - (1 - rate) ** 2)).toBeLessThan(2 * bound)
      }
    })
  }

  test('another seed, step or site is another mask; the same is the same', () => {
    const base = mask(4, 11, 2, 0.5)
    expect(mask(4, 11, 2, 0.5)).toEqual(base)
    for (const other of [mask(5, 11, 2, 0.5), mask(4, 12, 2, 0.5), mask(4, 11, 3, 0.5)]) {
      const same = mean(other.map((v, i) => (v === base[i] ? 1 : 0)))
      expect(Math.abs(same - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / n))
    }
  })
})
