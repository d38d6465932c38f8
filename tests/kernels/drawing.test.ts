import { describe, expect, test } from 'vitest'
import type { Tuning } from '../../src/gpu/tuning'
import { NOT_FINITE } from '../../src/ops/answering/choose'
import { drawReference } from '../../src/ops/answering/choose-reference'
import { drawTokens, type Drawing } from '../../src/ops/answering/draw'
import { random, ROW_TUNINGS, runOps, wordsOf } from '../helpers/gpu'

const LAST = 2 ** 32 - 1

/** What the kernels draw from each row, and how the lines have moved on. */
async function draws(rows: Float32Array[], how: Drawing, uniforms: number[], tuning: Partial<Tuning>, first = 0) {
  const V = rows[0].length
  const lines = first + rows.length
  const logits = new Float32Array(rows.length * V)
  rows.forEach((row, i) => logits.set(row, i * V))
  const out = await runOps(
    {
      logits: { data: logits },
      uniforms: { data: Uint32Array.from({ length: lines }, (_, i) => uniforms[i - first] ?? 0) },
      rows: { data: Uint32Array.from({ length: lines * 4 }, (_, i) => [i >> 2, 7, 8, 0][i & 3]) },
      ids: { data: new Int32Array(lines).fill(55) },
      tokens: { data: new Uint32Array(lines) },
    },
    (r, t) => drawTokens(r, { ...t, lines: rows.length, V, first, how }),
    tuning,
  )
  const { tokens, ids, rows: places } = out
  return {
    tokens: [...wordsOf(tokens)],
    ids: [...wordsOf(ids)],
    places: [...wordsOf(places)].filter((_, i) => i % 4 === 1),
  }
}

const rounded = (values: Float32Array, to: number): Float32Array => values.map((v) => Math.round(v / to) * to)

/** Logits as they come, with ties of few or all, of no weight, at the ends of what f32 holds. */
const KINDS: ((n: number, seed: number) => Float32Array)[] = [
  (n, seed) => random(n, seed, 6),
  (n, seed) => rounded(random(n, seed, 4), 0.5),
  (n) => new Float32Array(n).fill(-2.5),
  (n, seed) => random(n, seed, 5).map((v, i) => (i % 3 === 1 ? -Infinity : v)),
  (n, seed) => random(n, seed, 1).map((v, i) => (i % 2 ? -0 : i % 4 ? 0 : v - 1)),
  (n, seed) => random(n, seed, 3e38),
  (n, seed) => random(n, seed, 1).map((v) => v * 1e-39),
  (n, seed) => random(n, seed, 30).map((v, i) => (i === n >> 1 ? 40 : v)),
]

describe.each(ROW_TUNINGS)('tokens that are drawn, $rowLanes invocations a row', (tuning) => {
  // One chunk with a part of a lane, one to the last number, three with a rest.
  test.each([
    [7, 1],
    [2048, 2],
    [5000, 3],
  ])('of %i logits are those of the twin, whatever is kept', async (V, seed) => {
    for (const [i, [topK, topP, temperature]] of [
      [0, 1, 1],
      [0, 0.9, 2],
      [0, 0.3, 0.01],
      [1, 1, 1],
      [20, 1, 0.3],
      [20, 0.9, 1],
      [V - 1, 0.999, 2],
      [V, 1e-6, 1e-30],
    ].entries()) {
      const rows = KINDS.map((kind, k) => kind(V, seed * 100 + i * 10 + k))
      const uniforms = rows.map((_, k) => [0, LAST, 2 ** 31][k + i] ?? Math.floor(((k * 7 + i * 3) % 23) * 1.8e8))
      const how = { temperature, topK, topP }
      const want = rows.map((row, k) => drawReference(row, how, uniforms[k] / 2 ** 32))
      expect((await draws(rows, how, uniforms, tuning)).tokens, JSON.stringify(how)).toEqual(want)
    }
  })

  test('lie behind the lines before, which stay as they are; a line is what it is alone', async () => {
    const how = { temperature: 0.9, topK: 50, topP: 0.95 }
    const rows = KINDS.slice(0, 3).map((kind, k) => kind(3000, k))
    const uniforms = [1e9, 2e9, 3e9]
    const { tokens, ids, places } = await draws(rows, how, uniforms, tuning, 2)
    expect(tokens.slice(0, 2)).toEqual([0, 0])
    expect(ids).toEqual([55, 55, ...tokens.slice(2)])
    expect(places).toEqual([7, 7, 8, 8, 8])
    for (const [k, row] of rows.entries()) {
      expect((await draws([row], how, [uniforms[k]], tuning)).tokens).toEqual([tokens[2 + k]])
    }
  })

  test('are none where a logit is no number, or the largest has no end', async () => {
    const bad = [NaN, Infinity, -Infinity].map((value, k) => {
      const row = random(2500, k)
      if (k < 2) row[2100 + k] = value
      return k < 2 ? row : row.fill(value)
    })
    const { tokens, ids } = await draws(bad, { temperature: 1, topK: 9, topP: 0.5 }, [1, 2, 3], tuning)
    expect(tokens).toEqual([NOT_FINITE, NOT_FINITE, NOT_FINITE])
    expect(ids).toEqual([55, 55, 55])
  })
})
