import { describe, expect, test } from 'vitest'
import { dropout, dropoutKeeps, dropoutReference } from '../../src/ops/dropout'
import { random, runOps } from '../helpers/gpu'
import { runBits } from '../helpers/step-words'

async function drop(
  x: Float32Array,
  o: { site: number; seed: number; step: number; rate: number },
  y?: Float32Array,
): Promise<Float32Array> {
  const out = await runOps(
    {
      run: { data: runBits({ seed: o.seed, micro_step: o.step }) },
      x: { data: x },
      y: { data: y ?? new Float32Array(x.length).fill(NaN) },
    },
    (r, t) =>
      dropout(r, {
        run: t.run,
        x: t.x,
        y: t.y,
        n: x.length,
        site: o.site,
        rate: o.rate,
        accumulate: y !== undefined,
      }),
  )
  return out.y
}

describe("the mask is the twin's, element by element", () => {
  for (const o of [
    { site: 0, seed: 0, step: 0, rate: 0.05 },
    { site: 195, seed: 42, step: 1, rate: 0.1 },
    { site: 3, seed: 0xffffffff, step: 123_456, rate: 0.5 },
  ]) {
    test(JSON.stringify(o), async () => {
      const x = random(5003, 1)
      expect([...(await drop(x, o))]).toEqual([...dropoutReference(x, o)])
    })
  }
})

test('forward and backward drop the same elements; adding keeps what was there', async () => {
  const o = { site: 9, seed: 7, step: 3, rate: 0.3 }
  const n = 700
  const ones = new Float32Array(n).fill(1)
  const base = random(n, 5)
  const [forward, backward] = [await drop(ones, o), await drop(ones, o, base)]
  const scale = Math.fround(1 / (1 - o.rate))
  for (let i = 0; i < n; i++) {
    expect(forward[i]).toBe(dropoutKeeps(i, o.site, o.seed, o.step, o.rate) ? scale : 0)
    expect(backward[i]).toBe(forward[i] === 0 ? base[i] : Math.fround(base[i] + scale))
  }
})

test('rate 0 keeps everything as it is', async () => {
  const x = random(300, 1)
  expect([...(await drop(x, { site: 1, seed: 2, step: 3, rate: 0 }))]).toEqual([...x])
})

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
