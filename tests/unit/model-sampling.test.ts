import { describe, expect, it } from 'vitest'
import { uniforms } from '../../src/model/answering/uniforms'
import { argmax } from '../../src/ops/answering/argmax'
import { drawReference, keptWeights } from '../../src/ops/answering/choose-reference'
import { drawTokens, type Drawing } from '../../src/ops/answering/draw'
import { goldenJson } from '../helpers/golden'

const ALL = { temperature: 1, topK: 0, topP: 1 }

/** The share of each token among what is drawn from. */
function shares(logits: readonly number[], how: Drawing): number[] {
  const kept = keptWeights(Float32Array.from(logits), how)
  const total = kept.reduce((sum, { weight }) => sum + weight, 0)
  const found = logits.map(() => 0)
  for (const { token, weight } of kept) found[token] = weight / total
  return found
}

/** How often each token is drawn at `count` evenly spread uniforms. */
function drawn(logits: readonly number[], how: Drawing, count = 10_000): number[] {
  const times = logits.map(() => 0)
  for (let i = 0; i < count; i++) {
    const uniform = Math.floor(((i + 0.5) / count) * 2 ** 32) / 2 ** 32
    times[drawReference(Float32Array.from(logits), how, uniform)!]++
  }
  return times.map((n) => n / count)
}

const worst = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((v, i) => Math.abs(v - b[i])), a.length === b.length ? 0 : Infinity)

describe('greedy', () => {
  it('takes the largest logit, the lowest token on a tie', () => {
    expect(argmax([1, 3, 2, 3])).toBe(1)
    expect(argmax([-5])).toBe(0)
  })
})

describe('what is drawn from', () => {
  interface Vector {
    logits: number[]
    cases: { temperature: number; top_k: number; top_p: number; probabilities: number[] }[]
  }
  const { vectors } = goldenJson<{ vectors: Vector[] }>('configs/sampling.json')
  const cases = vectors.flatMap(({ logits, cases }) => cases.map((one) => ({ tokens: logits.length, logits, ...one })))

  it.each(cases)(
    'is what transformers draws from: $tokens tokens, temperature $temperature, top_k $top_k, top_p $top_p',
    ({ logits, temperature, top_k, top_p, probabilities }) => {
      const found = shares(logits, { temperature, topK: top_k, topP: top_p })
      // What is less than 2^-45 of the largest share is none here; 0 is what the warpers took away.
      const least = 2 ** -44 * Math.max(...probabilities)
      expect(probabilities.filter((v, i) => (v === 0 ? found[i] > 0 : v > least && found[i] === 0))).toEqual([])
      // transformers rounds logits over the temperature to f32: 13 / 0.3 is off by 2e-6, and so is its share.
      expect(worst(found, probabilities)).toBeLessThan(3e-6)
    },
  )

  it('is every token of a large vocabulary at top_k 0', () => {
    expect(keptWeights(new Float32Array(2000), ALL)).toHaveLength(2000)
  })

  it('top-k keeps exactly k where logits tie, those of lower index', () => {
    expect(shares([1, 1, 0, 1, 1], { ...ALL, topK: 2 })).toEqual([0.5, 0.5, 0, 0, 0])
  })

  it('top-p keeps as many of equals as reach it, at least one', () => {
    const ten = Array.from({ length: 10 }, () => 3)
    expect(shares(ten, { ...ALL, topP: 0.5 }).filter((v) => v > 0)).toHaveLength(5)
    expect(shares(ten, { ...ALL, topP: 0.51 }).filter((v) => v > 0)).toHaveLength(6)
    expect(shares([0, 1, 1], { ...ALL, topP: 0 })).toEqual([0, 1, 0])
  })

  it('is the best token alone where the temperature is next to nothing', () => {
    expect(shares([0, 2, 1.999, -Infinity], { ...ALL, temperature: 1e-30 })).toEqual([0, 1, 0, 0])
  })
})

describe('drawing', () => {
  const logits = [0.5, 2, -1, 1, -Infinity]

  it('gives each token its share', () => {
    for (const how of [ALL, { ...ALL, topK: 3 }, { temperature: 0.5, topK: 4, topP: 0.9 }]) {
      // A share of ten thousand even draws is off by one draw at each of its ends.
      expect(worst(drawn(logits, how), shares(logits, how))).toBeLessThanOrEqual(2e-4)
    }
  })

  it('draws nothing where a logit is no number, or the largest has no end', () => {
    for (const bad of [NaN, Infinity]) expect(drawReference(Float32Array.of(1, bad, 2), ALL, 0.5)).toBeNull()
    expect(drawReference(Float32Array.of(-Infinity, -Infinity), ALL, 0.5)).toBeNull()
  })
})

describe('uniforms', () => {
  it('are decided by the seed, and fill [0, 1) evenly', () => {
    const [one, two, other] = [uniforms(7), uniforms(7), uniforms(8)]
    const first = Array.from({ length: 10_000 }, () => one())
    expect(first).toEqual(Array.from({ length: 10_000 }, () => two()))
    expect(first.slice(0, 5)).not.toEqual(Array.from({ length: 5 }, () => other()))
    expect(first.every((v) => v >= 0 && v < 1)).toBe(true)
    // Five standard deviations of a mean of 10 000 uniforms.
    expect(Math.abs(first.reduce((a, b) => a + b, 0) / 10_000 - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / 100)
  })
})

it('is refused by name where the weights of all tokens would not add up', () => {
  const drawn = (V: number) => () => drawTokens({} as never, { V, lines: 1, first: 0, how: ALL } as never)
  const refused = { code: 'model-draw-vocabulary', params: { tokens: 524_289, limit: 524_288 } }
  expect(drawn(524_289)).toThrow(expect.objectContaining(refused))
  // One less goes on, to a recorder that is none.
  expect(drawn(524_288)).toThrow(TypeError)
})
