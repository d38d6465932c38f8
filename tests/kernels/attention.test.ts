import { describe, expect, test } from 'vitest'
import {
  attentionBackward,
  attentionBackwardReference,
  attentionForward,
  attentionReference,
  attentionScratch,
  chooseChunking,
  type AttentionChunking,
} from '../../src/ops/attention'
import { differences, dot } from '../helpers/differences'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps } from '../helpers/gpu'

interface Shape {
  B: number
  Tq: number
  Tk: number
  first: number
  H: number
  K: number
  D: number
}

/** Two segments a line that end at another place in every line. */
const packedSegments = ({ B, Tk }: Shape): Int32Array =>
  Int32Array.from({ length: B * Tk }, (_, i) => (i % Tk < 2 + 3 * Math.floor(i / Tk) ? 1 : 2))

/** What a test leaves out of a chunking: all of the lines, heads and queries. */
const chunked = ({ B, Tq, H }: Shape, part: Partial<AttentionChunking>): AttentionChunking => ({
  lines: B,
  heads: H,
  queries: Tq,
  capacityLines: B,
  capacityQueries: Tq,
  ...part,
})

async function compare(
  shape: Shape,
  part: Partial<AttentionChunking>,
  segmented: boolean,
  tuning = ROW_TUNINGS[0],
): Promise<Record<string, number>> {
  const chunking = chunked(shape, part)
  const { B, Tq, Tk, H, K, D } = shape
  const [nq, nk] = [B * Tq * H * D, B * Tk * K * D]
  const [q, k, v, dout] = [random(nq, 1), random(nk, 2), random(nk, 3), random(nq, 4)]
  const segments = segmented ? packedSegments(shape) : undefined
  // Scratch and results start as NaN: whatever is read before it is written shows.
  const blank = (n: number) => ({ data: new Float32Array(n).fill(NaN) })
  const scratch = attentionScratch(chunking, Tq, Tk)
  const training = Tq === Tk
  const out = await runOps(
    {
      q: { data: q },
      k: { data: k },
      v: { data: v },
      dout: { data: dout },
      segments: { data: segments ?? new Int32Array(B * Tk) },
      out: blank(nq),
      dq: blank(nq),
      dk: blank(nk),
      dv: blank(nk),
      probs: blank(scratch),
      dprobs: blank(scratch),
    },
    (r, t) => {
      const common = { ...shape, chunking, segments: segments && t.segments, q: t.q, k: t.k, v: t.v, probs: t.probs }
      attentionForward(r, { ...common, out: t.out })
      if (training) attentionBackward(r, { ...common, dout: t.dout, dq: t.dq, dk: t.dk, dv: t.dv, dprobs: t.dprobs })
    },
    tuning,
  )
  const errors: Record<string, number> = { out: relativeError(out.out, attentionReference(q, k, v, shape, segments)) }
  if (training) {
    const want = attentionBackwardReference(q, k, v, dout, shape, segments)
    errors.dq = relativeError(out.dq, want.dq)
    errors.dk = relativeError(out.dk, want.dk)
    errors.dv = relativeError(out.dv, want.dv)
  }
  return errors
}

function expectAll(errors: Record<string, number>): void {
  // Each gradient goes through three products and a softmax.
  for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(2 * F32_SUMS)
}

describe('every grouping of heads, forward and backward', () => {
  // [B, T, H, K, D]: ratios 1, 2, 3, 5, 6, 7 and all heads on one; head sizes that are no multiple of 4; odd lengths
  for (const [B, T, H, K, D] of [
    [2, 9, 4, 2, 8],
    [1, 37, 6, 1, 10],
    [2, 16, 3, 3, 6],
    [1, 12, 5, 1, 16],
    [1, 7, 14, 2, 4],
    [2, 5, 9, 3, 20],
  ]) {
    const shape = { B, Tq: T, Tk: T, first: 0, H, K, D }
    for (const [how, chunking] of [
      ['whole lines', {}],
      ['one head a chunk', { lines: 1, heads: 1 }],
      ['four queries of one head a chunk', { lines: 1, heads: 1, queries: 4 }],
      ['a single query a chunk, in a plan for more', { lines: 1, heads: 1, queries: 1, capacityQueries: T + 3 }],
    ] as const) {
      test(`B ${B} T ${T} H ${H} K ${K} D ${D}, ${how}`, async () => {
        expectAll(await compare(shape, chunking, true))
        expectAll(await compare(shape, chunking, false))
      })
    }
  }
})

test('rows shared out over 64 invocations', async () => {
  expectAll(await compare({ B: 2, Tq: 9, Tk: 9, first: 0, H: 4, K: 2, D: 8 }, { lines: 1 }, true, ROW_TUNINGS[1]))
})

test('two lines a chunk, three in the batch, four in the plan', async () => {
  expectAll(await compare({ B: 3, Tq: 6, Tk: 6, first: 0, H: 4, K: 2, D: 8 }, { lines: 2, capacityLines: 4 }, true))
})

describe('with a cache', () => {
  // The cache of a decoding step may end at any place of a tile.
  for (const [Tq, first] of [
    [1, 0],
    [1, 4],
    [1, 11],
    [1, 13],
    [3, 5],
    [6, 8],
    [17, 30],
  ]) {
    for (const heads of [4, 1]) {
      test(`${Tq} new tokens after ${first}, ${heads} heads a chunk`, async () => {
        const shape = { B: 1, Tq, Tk: first + Tq, first, H: 4, K: 2, D: 8 }
        expectAll(await compare(shape, { heads }, false))
        expectAll(await compare(shape, { heads: 1, queries: 2 }, false))
      })
    }
  }
})

test('a line of one token attends to itself: its value comes out, and the gradient goes to the value alone', async () => {
  const shape = { B: 2, Tq: 1, Tk: 1, first: 0, H: 6, K: 2, D: 5 }
  const [nq, nk] = [2 * 6 * 5, 2 * 2 * 5]
  const [q, k, v, dout] = [random(nq, 1), random(nk, 2), random(nk, 3), random(nq, 4)]
  const blank = (n: number) => ({ data: new Float32Array(n).fill(NaN) })
  for (const chunking of [chunked(shape, {}), chunked(shape, { lines: 1, heads: 1 })]) {
    const scratch = attentionScratch(chunking, 1, 1)
    const out = await runOps(
      {
        q: { data: q },
        k: { data: k },
        v: { data: v },
        dout: { data: dout },
        out: blank(nq),
        dq: blank(nq),
        dk: blank(nk),
        dv: blank(nk),
        probs: blank(scratch),
        dprobs: blank(scratch),
      },
      (r, t) => {
        const common = { ...shape, chunking, q: t.q, k: t.k, v: t.v, probs: t.probs }
        attentionForward(r, { ...common, out: t.out })
        attentionBackward(r, { ...common, dout: t.dout, dq: t.dq, dk: t.dk, dv: t.dv, dprobs: t.dprobs })
      },
    )
    const want = attentionBackwardReference(q, k, v, dout, shape)
    expectAll({ out: relativeError(out.out, attentionReference(q, k, v, shape)), dv: relativeError(out.dv, want.dv) })
    // Here the softmax has nothing to choose: what is left is the difference of two equal numbers of unit size.
    for (const [name, values] of [
      ['dq', out.dq],
      ['dk', out.dk],
    ] as const) {
      for (const value of values) expect(Math.abs(value), name).toBeLessThan(F32_SUMS)
    }
  }
})

test('chunks are as large as the limit allows', () => {
  const bytes = 10 * 10 * 4
  const shape = { Tq: 10, Tk: 10, H: 3 }
  const all = { queries: 10, capacityQueries: 10 }
  expect(chooseChunking({ ...shape, B: 5 }, 2 * 3 * bytes)).toEqual({ lines: 2, heads: 3, capacityLines: 5, ...all })
  expect(chooseChunking({ ...shape, B: 5 }, 3 * bytes - 1)).toEqual({ lines: 1, heads: 1, capacityLines: 5, ...all })
  expect(chooseChunking({ ...shape, B: 2 }, 1e9)).toEqual({ lines: 2, heads: 3, capacityLines: 2, ...all })
})

test('a long line is taken in pieces of queries, so that no score buffer passes the limit', () => {
  const limit = 64 * 2 ** 20
  for (const T of [4096, 8192, 10_000, 32_768]) {
    const chunking = chooseChunking({ B: 1, Tq: T, Tk: T, H: 14 }, limit)
    expect(chunking).toMatchObject({ lines: 1, heads: 1, capacityQueries: T })
    expect(chunking.queries % 64).toBe(0)
    expect(attentionScratch(chunking, T, T) * 4).toBeLessThanOrEqual(limit)
    expect(attentionScratch(chunking, T, T) * 4).toBeGreaterThan(limit / 2)
  }
})

test('the backward twin equals finite differences', () => {
  const shape = { B: 2, Tq: 6, Tk: 6, first: 0, H: 4, K: 2, D: 3 }
  const make = (heads: number, seed: number) => Float64Array.from(random(2 * 6 * heads * 3, seed))
  const [q, k, v, dout] = [make(4, 1), make(2, 2), make(2, 3), make(4, 4)]
  const segments = packedSegments(shape)
  const want = attentionBackwardReference(q, k, v, dout, shape, segments)
  const loss = () => dot(attentionReference(q, k, v, shape, segments), dout)
  for (const [values, gradient] of [
    [q, want.dq],
    [k, want.dk],
    [v, want.dv],
  ]) {
    for (const { at, slope } of differences(values, loss)) expect(gradient[at]).toBeCloseTo(slope, 7)
  }
})
