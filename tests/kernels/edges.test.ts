import { describe, expect, test } from 'vitest'
import { attentionForward, attentionReference, attentionScratch } from '../../src/ops/attention'
import { matmul, matmulReference } from '../../src/ops/matmul'
import { rmsnormBackward, rmsnormBackwardReference, rmsnormForward, rmsnormReference } from '../../src/ops/rmsnorm'
import { random, relativeError, runOps } from '../helpers/gpu'

// Cases that planted faults got past: where a kernel ends, and where a small number matters. f32 sums of a few hundred products
// differ from f64 by a few parts in 10^7; 3e-6 leaves room for order and exp().
const TOLERANCE = 3e-6

describe('a matmul writes its own rows and columns alone', () => {
  for (const [M, N, ldc] of [[5, 7, 11], [13, 8, 12], [1, 5, 8]]) {
    test(`[${M}, ${N}] inside rows of ${ldc}`, async () => {
      const [K, above, below] = [6, 2, 3]
      const a = random(M * K, 1)
      const b = random(K * N, 2)
      const c = random((above + M + below) * ldc, 3)
      const out = await runOps({ a: { data: a }, b: { data: b }, c: { data: c } }, (r, t) => {
        matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, ldc, cOffset: above * ldc })
      })
      const product = matmulReference(a, b, { M, N, K })
      const want = c.map((kept, i) => {
        const [row, column] = [Math.floor(i / ldc) - above, i % ldc]
        return row >= 0 && row < M && column < N ? product[row * N + column] : kept
      })
      expect(relativeError(out.c, want)).toBeLessThan(TOLERANCE)
    })
  }
})

test('rmsnorm of a row so small that eps decides', async () => {
  const [rows, C, eps] = [3, 40, 1e-6]
  const [x, w, dy] = [random(rows * C, 1, 1e-3), random(C, 2), random(rows * C, 3)]
  const zeros = () => ({ data: new Float32Array(rows * C) })
  const out = await runOps({ x: { data: x }, w: { data: w }, dy: { data: dy }, y: zeros(), dx: zeros() }, (r, t) => {
    rmsnormForward(r, { x: t.x, weight: t.w, y: t.y, rows, C, eps })
    rmsnormBackward(r, { x: t.x, weight: t.w, dy: t.dy, dx: t.dx, rows, C, eps })
  })
  expect(relativeError(out.y, rmsnormReference(x, w, rows, C, eps))).toBeLessThan(TOLERANCE)
  expect(relativeError(out.dx, rmsnormBackwardReference(x, w, dy, rows, C, eps))).toBeLessThan(TOLERANCE)
})

describe('attention', () => {
  async function attend(shape: { B: number; Tq: number; Tk: number; first: number; H: number; K: number; D: number }, segments?: Int32Array) {
    const { B, Tq, Tk, H, K, D } = shape
    const [q, k, v] = [random(B * Tq * H * D, 1), random(B * Tk * K * D, 2), random(B * Tk * K * D, 3)]
    const chunking = { lines: 1, heads: H, capacityLines: B }
    const out = await runOps(
      {
        q: { data: q },
        k: { data: k },
        v: { data: v },
        segments: { data: segments ?? new Int32Array(B * Tk) },
        out: { data: new Float32Array(B * Tq * H * D).fill(NaN) },
        probs: { data: new Float32Array(attentionScratch(chunking, Tq, Tk)).fill(NaN) },
      },
      (r, t) => attentionForward(r, { ...shape, chunking, segments: segments && t.segments, q: t.q, k: t.k, v: t.v, out: t.out, probs: t.probs }),
    )
    return relativeError(out.out, attentionReference(q, k, v, shape, segments))
  }

  // The cache of a decoding step may end at any place of a tile.
  for (const [Tq, first, Tk] of [[1, 0, 1], [1, 4, 5], [1, 8, 12], [1, 13, 14], [3, 5, 8], [6, 8, 14]]) {
    test(`${Tq} new tokens after ${first}, in a cache of ${Tk}`, async () => {
      expect(await attend({ B: 1, Tq, Tk, first, H: 4, K: 2, D: 8 })).toBeLessThan(TOLERANCE)
    })
  }

  test('every line of a batch has its own segments', async () => {
    const [B, T] = [3, 9]
    const segments = Int32Array.from({ length: B * T }, (_, i) => (i % T < 2 + 3 * Math.floor(i / T) ? 1 : 2))
    expect(await attend({ B, Tq: T, Tk: T, first: 0, H: 2, K: 1, D: 8 }, segments)).toBeLessThan(TOLERANCE)
  })
})
