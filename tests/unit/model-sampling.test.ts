import { describe, expect, it } from 'vitest'
import { argmax, chooseToken, uniforms } from '../../src/model/answering/choose-token'

const ALL = { temperature: 1, topK: 0, topP: 1 }

/** How often each token is drawn at `count` evenly spread uniforms: the shares of the distribution. */
function shares(logits: number[], options: Parameters<typeof chooseToken>[1], count = 10_000): number[] {
  const drawn = logits.map(() => 0)
  for (let i = 0; i < count; i++) drawn[chooseToken(Float32Array.from(logits), options, (i + 0.5) / count)]++
  return drawn.map((n) => n / count)
}

function softmax(logits: number[]): number[] {
  const weights = logits.map((v) => Math.exp(v))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => w / sum)
}

/** A share of ten thousand even draws is off by one draw at each of its ends: 2e-4. */
const close = (a: number[], b: number[]) => {
  expect(a).toHaveLength(b.length)
  a.forEach((v, i) => expect(Math.abs(v - b[i])).toBeLessThanOrEqual(2e-4))
}

describe('greedy', () => {
  it('takes the largest logit, the lowest token on a tie', () => {
    expect(argmax([1, 3, 2, 3])).toBe(1)
    expect(argmax([-5])).toBe(0)
    expect(chooseToken(Float32Array.of(0, 7, 7), { ...ALL, temperature: 0 }, 0.99)).toBe(1)
  })
})

describe('sampled', () => {
  const logits = [0.5, 2, -1, 1]

  it('draws by softmax of the logits over the temperature', () => {
    close(shares(logits, ALL), softmax(logits))
    close(shares(logits, { ...ALL, temperature: 0.5 }), softmax(logits.map((v) => v * 2)))
    close(shares(logits, { ...ALL, temperature: 4 }), softmax(logits.map((v) => v / 4)))
  })

  it('top-k keeps the k largest', () => {
    const [, b, , d] = softmax(logits)
    close(shares(logits, { ...ALL, topK: 2 }), [0, b / (b + d), 0, d / (b + d)])
    expect(shares(logits, { ...ALL, topK: 1 })).toEqual([0, 1, 0, 0])
    close(shares(logits, { ...ALL, topK: 50 }), softmax(logits))
  })

  it('top_k 0 keeps every token of a large vocabulary', () => {
    const even = new Float32Array(2000)
    const drawn = new Set(Array.from({ length: 2000 }, (_, i) => chooseToken(even, ALL, (i + 0.5) / 2000)))
    expect(drawn.size).toBe(2000)
  })

  it('refuses logits that are no numbers', () => {
    for (const temperature of [0, 1]) {
      expect(() => chooseToken(Float32Array.of(NaN, NaN), { ...ALL, temperature }, 0)).toThrow(
        expect.objectContaining({ code: 'model-not-finite' }),
      )
    }
  })

  it('top-p keeps the smallest set that reaches p, at least one', () => {
    // Shares 0.57, 0.21, 0.13 ... in order 1, 3, 0, 2.
    const [a, b, , d] = softmax(logits)
    close(shares(logits, { ...ALL, topP: b + d - 0.01 }), [0, b / (b + d), 0, d / (b + d)])
    close(
      shares(logits, { ...ALL, topP: b + d + 0.01 }),
      [a, b, 0, d].map((v) => v / (a + b + d)),
    )
    expect(shares(logits, { ...ALL, topP: 0 })).toEqual([0, 1, 0, 0])
  })

  it('keeps exactly k where logits tie', () => {
    const drawn = shares([1, 1, 1, 1], { ...ALL, topK: 2 })
    expect(drawn).toEqual([0.5, 0.5, 0, 0])
  })

  it('is decided by the seed, and fills [0, 1) evenly', () => {
    const [one, two, other] = [uniforms(7), uniforms(7), uniforms(8)]
    const first = Array.from({ length: 10_000 }, () => one())
    expect(first).toEqual(Array.from({ length: 10_000 }, () => two()))
    expect(first.slice(0, 5)).not.toEqual(Array.from({ length: 5 }, () => other()))
    expect(first.every((v) => v >= 0 && v < 1)).toBe(true)
    // Five standard deviations of a mean of 10 000 uniforms.
    expect(Math.abs(first.reduce((a, b) => a + b, 0) / 10_000 - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / 100)
  })
})
