import { describe, expect, test } from 'vitest'
import type { Recorder } from '../../src/gpu/recorder'
import type { Tuning } from '../../src/gpu/tuning'
import { chooseBest, NOT_FINITE } from '../../src/ops/answering/choose'
import { floatProduct, nf4Products } from '../../src/ops/answering/product'
import {
  answerAttention,
  answerHeads,
  answerNorm,
  answerSwiglu,
  type AdaptedParts,
} from '../../src/ops/answering/steps'
import { attentionReference } from '../../src/ops/attention'
import { matmulReference } from '../../src/ops/matmul'
import { rmsnormReference } from '../../src/ops/rmsnorm'
import { ropeReference } from '../../src/ops/rope'
import { swigluReference } from '../../src/ops/swiglu'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps, testGpu, wordsOf } from '../helpers/gpu'
import { hostNf4 } from '../helpers/nf4-weight'
import { GPU_DTYPE, packed } from '../helpers/packed'

const bits = (values: Float32Array): number[] => [...wordsOf(values)]

/** Ways in which a device may share out products; the last two need subgroups of so many lanes. */
async function productTunings(): Promise<Partial<Tuning>[]> {
  const plain: Partial<Tuning>[] = [
    { gemvLanes: 8, gemvRows: 2, gemvShare: 0, gemvValues: 'table' },
    { gemvLanes: 1, gemvRows: 4, gemvShare: 0, gemvValues: 'tree' },
  ]
  const least = (await testGpu()).features.subgroups?.least ?? 0
  if (least >= 4) plain.push({ gemvLanes: 1, gemvRows: 4, gemvShare: 4, gemvValues: 'table' })
  if (least >= 8) plain.push({ gemvLanes: 1, gemvRows: 4, gemvShare: 8, gemvValues: 'shuffle' })
  return plain
}

describe('products of a few rows', () => {
  // Three weights in one buffer, whose rows share blocks of 64; 21 is no whole word; 136 no whole round of any variant.
  for (const K of [21, 136]) {
    for (const nested of K === 21 ? [true] : [true, false]) {
      test(`NF4, K ${K}${nested ? ', nested' : ''}: alone, among others, with an adapter's A`, async () => {
        const sizes = [20, 8, 4]
        const N = 32
        const rank = 3
        const hosts = sizes.map((n, i) => hostNf4(random(n * K, i + 1), nested))
        const starts: number[] = []
        let words = 0
        for (const { layout } of hosts) {
          starts.push(words)
          words += Math.ceil(layout.words / 64) * 64
        }
        const w = new Uint32Array(words)
        hosts.forEach((host, i) => w.set(host.words.subarray(0, host.layout.words), starts[i]))
        const [x, bias, page] = [random(3 * K, 8), random(3 * 64, 9), random(2 * 64 * K, 10)]
        const ldy = N + 2 * rank + 1
        const run = (lines: number, tuning: Partial<Tuning>) =>
          runOps(
            {
              w: { data: w },
              x: { data: x.slice(0, lines * K) },
              bias: { data: bias },
              page: { data: page },
              y: { data: new Float32Array(lines * ldy).fill(NaN) },
            },
            (r, t) =>
              nf4Products(r, {
                ...{ lines, x: t.x, K, y: t.y, ldy, first: 0 },
                parts: hosts.map(({ layout, nestedOffset }, i) => ({
                  weight: { kind: 'nf4', N: sizes[i], K, buffer: t.w.buffer!, at: starts[i] * 4, layout, nestedOffset },
                  bias: { ...t.bias, offset: i * 256, shape: [sizes[i]] },
                })),
                low: { page: t.page, rank, at: [0, 64 * K], first: N },
              }),
            tuning,
          )
        const all = Float32Array.from(hosts.flatMap(({ values }) => [...values]))
        const A = Float32Array.from([...page.subarray(0, rank * K), ...page.subarray(64 * K, (64 + rank) * K)])
        const base = matmulReference(x, all, { M: 3, N, K, bTransposed: true })
        const low = matmulReference(x, A, { M: 3, N: 2 * rank, K, bTransposed: true })
        const biases = sizes.flatMap((n, i) => [...bias.subarray(i * 64, i * 64 + n)])
        for (const tuning of (await productTunings()).slice(nested ? 0 : -1)) {
          const [three, one] = [(await run(3, tuning)).y, (await run(1, tuning)).y]
          expect(bits(one), JSON.stringify(tuning)).toEqual(bits(three.slice(0, ldy)))
          for (let line = 0; line < 3; line++) {
            const row = three.subarray(line * ldy, (line + 1) * ldy)
            const want = biases.map((b, n) => base[line * N + n] + b)
            expect(relativeError(row.subarray(0, N), want), JSON.stringify(tuning)).toBeLessThan(F32_SUMS)
            const wantLow = low.subarray(line * 2 * rank, (line + 1) * 2 * rank)
            expect(relativeError(row.subarray(N, ldy - 1), wantLow)).toBeLessThan(F32_SUMS)
            expect(row[ldy - 1]).toBeNaN()
          }
        }
      })
    }
  }

  for (const dtype of ['F32', 'BF16', 'F16'] as const) {
    test(`rows of floats, ${dtype}`, async () => {
      for (const [N, K, lines] of [
        [37, 72, 2],
        [9, 21, 8],
      ]) {
        const weight = packed(random(N * K, 1), dtype)
        const [x, bias] = [random(lines * K, 2), random(N, 3)]
        const want = matmulReference(x, weight.values, { M: lines, N, K, bTransposed: true })
        for (const tuning of (await productTunings()).slice(-1)) {
          const { y } = await runOps(
            {
              w: { data: weight.words, dtype: GPU_DTYPE[dtype], shape: [N, K] },
              x: { data: x },
              bias: { data: bias },
              y: { data: new Float32Array(lines * N).fill(NaN) },
            },
            (r, t) => floatProduct(r, { lines, x: t.x, K, y: t.y, ldy: N, first: 0, weight: t.w, N, bias: t.bias }),
            tuning,
          )
          const biased = want.map((v, i) => v + bias[i % N])
          expect(relativeError(y, biased), JSON.stringify(tuning)).toBeLessThan(F32_SUMS)
        }
      }
    })
  }
})

describe.each(ROW_TUNINGS)('a token between products, $rowLanes invocations a row', (tuning) => {
  const [lines, rank, scale, eps] = [3, 2, 0.5, 1e-6]
  /** y with what an adapter leaves behind it, and what the B [N, rank] of its parts make of that. */
  function products(widths: number[], adapted: boolean[]) {
    const N = widths.reduce((a, b) => a + b, 0)
    const ldy = N + adapted.filter(Boolean).length * rank
    const y = random(lines * ldy, 1)
    const page = random(N * rank, 2)
    const whole = new Float64Array(lines * N)
    const parts: { low: number; b: number }[] = []
    let [column, low] = [0, N]
    for (const [i, width] of widths.entries()) {
      parts.push({ low, b: column * rank })
      for (let line = 0; line < lines; line++) {
        for (let n = column; n < column + width; n++) {
          let sum = 0
          for (let j = 0; adapted[i] && j < rank; j++) sum += y[line * ldy + low + j] * page[n * rank + j]
          whole[line * N + n] = y[line * ldy + n] + scale * sum
        }
      }
      column += width
      if (adapted[i]) low += rank
    }
    const lora = (t: { page: AdaptedParts['page'] }): AdaptedParts => ({
      ...{ page: t.page, rank, scale },
      parts: parts.map((part, i) => (adapted[i] ? part : null)),
    })
    return { N, ldy, y, page, whole, lora }
  }

  test('residual stream and norm', async () => {
    const C = 70
    const { ldy, y, page, whole, lora } = products([C], [true])
    const [x, weight] = [random(lines * C, 3), random(C, 4)]
    const out = await runOps(
      {
        ...{ x: { data: x }, y: { data: y }, page: { data: page }, weight: { data: weight } },
        ...{ xOut: { data: new Float32Array(lines * C) }, out: { data: new Float32Array(lines * C) } },
      },
      (r, t) => answerNorm(r, { ...{ lines, C, ldy, eps }, ...t, lora: lora(t) }),
      tuning,
    )
    const sum = Float64Array.from(x, (v, i) => v + whole[i])
    expect(relativeError(out.xOut, sum)).toBeLessThan(F32_SUMS)
    expect(relativeError(out.out, rmsnormReference(sum, weight, lines, C, eps))).toBeLessThan(F32_SUMS)
  })

  test('gate and up', async () => {
    const F = 37
    const { ldy, y, page, whole, lora } = products([F, F], [false, true])
    const out = await runOps(
      { y: { data: y }, page: { data: page }, act: { data: new Float32Array(lines * F) } },
      (r, t) => answerSwiglu(r, { lines, F, ldy, y: t.y, act: t.act, lora: lora(t) }),
      tuning,
    )
    for (let line = 0; line < lines; line++) {
      const row = whole.subarray(line * 2 * F, (line + 1) * 2 * F)
      const want = swigluReference(row.subarray(0, F), row.subarray(F))
      expect(relativeError(out.act.subarray(line * F, (line + 1) * F), want)).toBeLessThan(F32_SUMS)
    }
  })

  for (const [D, normed, turned, dtype] of [
    [18, true, true, 'f32'],
    [20, false, true, 'f32'],
    [72, false, false, 'f32'],
    [20, true, true, 'f16'],
  ] as const) {
    test(`heads of ${D}, cache in ${dtype}`, async () => {
      if (dtype === 'f16' && !(await testGpu()).features.f16) return
      const [H, K, capacity, slots] = [4, 2, 80, 4]
      const KD = K * D
      const { ldy, y, page, whole, lora } = products([H * D, KD, KD], [true, false, true])
      // Three lines in slots of their own, with 1, 70 and 5 tokens in all; the last one is at its end.
      const places = [
        [2, 0],
        [0, 69],
        [3, 4],
      ]
      const values = Math.ceil((slots * capacity * KD) / 256) * 256
      const old = random(values * 2, 5)
      const [table, norms] = [random(capacity * D, 6), random(128, 7)]
      const cache = new Float32Array(old)
      const stored = dtype === 'f16' ? packed(cache, 'F16') : { words: cache, values: cache }
      const out = await runOps(
        {
          rows: { data: Uint32Array.from(places.flatMap(([slot, at]) => [slot, at, at + 1, 0])) },
          ...{ y: { data: y }, page: { data: page }, q: { data: new Float32Array(lines * H * D) } },
          cache: { data: stored.words as Float32Array, dtype, shape: [old.length] },
          ...{ table: { data: table }, norms: { data: norms } },
          scores: { data: new Float32Array(lines * H * capacity) },
          out: { data: new Float32Array(lines * H * D).fill(NaN) },
        },
        (r: Recorder, t) => {
          const layer = { tensor: t.cache, capacity, values }
          answerHeads(r, {
            ...{ lines, y: t.y, ldy, lora: lora(t), H, K, D, rows: t.rows, q: t.q, cache: layer, eps },
            ...{ table: turned ? t.table : null, norms: normed ? { tensor: t.norms, stride: 64 } : null },
          })
          answerAttention(r, { lines, H, K, D, rows: t.rows, q: t.q, cache: layer, scores: t.scores, out: t.out })
        },
        tuning,
      )
      const bound = dtype === 'f16' ? 1e-3 : F32_SUMS
      for (const [line, [slot, at]] of places.entries()) {
        const row = whole.subarray(line * (H * D + 2 * KD), (line + 1) * (H * D + 2 * KD))
        const headed = (from: number, heads: number, which: number): Float64Array => {
          let part: Float64Array = row.slice(from, from + heads * D)
          if (normed) part = rmsnormReference(part, norms.subarray(which * 64, which * 64 + D), heads, D, eps)
          return turned ? ropeReference(part, [at], table, { M: 1, heads, D }) : part
        }
        const q = headed(0, H, 0)
        expect(relativeError(out.q.subarray(line * H * D, (line + 1) * H * D), q)).toBeLessThan(F32_SUMS)
        const from = slot * capacity * KD
        const keys = [...stored.values.subarray(from, from + at * KD), ...headed(H * D, K, 1)]
        const held = stored.values.subarray(values + from, values + from + at * KD)
        const vs = [...held, ...row.subarray(H * D + KD)]
        const want = attentionReference(q, keys, vs, { B: 1, Tq: 1, Tk: at + 1, first: at, H, K, D })
        expect(relativeError(out.out.subarray(line * H * D, (line + 1) * H * D), want), `line ${line}`).toBeLessThan(
          bound,
        )
      }
      if (dtype === 'f32') {
        // Nothing else of the cache has changed: slot 1 has no line.
        const free = [capacity * KD, 2 * capacity * KD] as const
        expect(bits(out.cache.slice(...free))).toEqual(bits(old.slice(...free)))
      }
    })
  }

  test('the best token: the lowest of equals, and nothing that is no number', async () => {
    const V = 5000
    const logits = new Float32Array(6 * V).fill(-3)
    logits[4100] = logits[700] = logits[2049] = 2
    // A negative zero is a zero; the second row has only negative numbers elsewhere.
    logits[V + 9] = -0
    logits[V + 10] = 0
    logits[2 * V + 4999] = NaN
    logits[3 * V + 1] = Infinity
    logits.fill(-Infinity, 4 * V)
    logits[4 * V + 3] = -1e30
    logits.fill(-Infinity, 5 * V)
    const out = await runOps(
      {
        logits: { data: logits },
        rows: { data: Uint32Array.from({ length: 32 }, (_, i) => [i >> 2, 7, 8, 0][i & 3]) },
        ids: { data: new Int32Array(8).fill(55) },
        tokens: { data: new Uint32Array(8) },
      },
      (r, t) => chooseBest(r, { lines: 6, V, logits: t.logits, first: 2, rows: t.rows, ids: t.ids, tokens: t.tokens }),
      tuning,
    )
    expect(bits(out.tokens)).toEqual([0, 0, 700, 9, NOT_FINITE, NOT_FINITE, 3, NOT_FINITE])
    expect(bits(out.ids)).toEqual([55, 55, 700, 9, 55, 55, 3, 55])
    expect(bits(out.rows).filter((_, i) => i % 4 === 1)).toEqual([7, 7, 8, 8, 8, 8, 8, 8])
  })
})
