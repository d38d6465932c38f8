import { describe, expect, test } from 'vitest'
import { attentionBackward, attentionForward, attentionReference, attentionScratch } from '../../src/ops/attention'
import { matmul, matmulReference } from '../../src/ops/matmul'
import { rmsnormBackward, rmsnormBackwardReference, rmsnormForward, rmsnormReference } from '../../src/ops/rmsnorm'
import { rope, ropeReference } from '../../src/ops/rope'
import { softmaxBackward, softmaxBackwardReference, softmaxForward, softmaxReference } from '../../src/ops/softmax'
import { swigluBackward, swigluBackwardReference, swigluForward, swigluReference } from '../../src/ops/swiglu'
import { random, relativeError, runOps } from '../helpers/gpu'

// f32 sums of a few hundred products differ from f64 by a few parts in 10^7; 3e-6 leaves room for order and exp().
const TOLERANCE = 3e-6

describe('matmul', () => {
  const shapes = [
    [1, 1, 1],
    [1, 80, 33],
    [3, 5, 7],
    [13, 64, 16],
    [37, 212, 80],
    [64, 128, 96],
    [130, 1031, 48],
    [256, 516, 20],
  ]
  const layouts = [
    { bTransposed: true },
    {},
    { aTransposed: true },
  ] as const
  for (const [M, N, K] of shapes) {
    for (const layout of layouts) {
      test(`[${M}, ${N}, ${K}] ${JSON.stringify(layout)}`, async () => {
        const a = random(M * K, 1)
        const b = random(N * K, 2)
        const c = random(M * N, 3)
        const bias = random(N, 4)
        const out = await runOps({ a: { data: a }, b: { data: b }, c: { data: c }, bias: { data: bias } }, (r, t) => {
          matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, ...layout, accumulate: true, alpha: 0.5, bias: t.bias })
        })
        const want = matmulReference(a, b, { M, N, K, ...layout }).map((v, i) => v * 0.5 + c[i] + bias[i % N])
        expect(relativeError(out.c, want)).toBeLessThan(TOLERANCE)
      })
    }
  }

  test('packed bf16 and half operands, even and odd rows', async () => {
    for (const K of [32, 33]) {
      const [M, N] = [6, 11]
      const a = random(M * K, 5)
      const raw = random(N * K, 6)
      const words = new Uint32Array(Math.ceil((N * K) / 2))
      const values = new Float32Array(N * K)
      const bits = new Uint32Array(raw.buffer)
      for (let i = 0; i < N * K; i++) {
        const top = bits[i] >>> 16
        words[i >> 1] |= top << (16 * (i & 1))
        values[i] = new Float32Array(new Uint32Array([top << 16]).buffer)[0]
      }
      const out = await runOps(
        { a: { data: a }, b: { data: words, dtype: 'bf16', shape: [N, K] }, c: { data: new Float32Array(M * N) } },
        (r, t) => matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, bTransposed: true }),
      )
      expect(relativeError(out.c, matmulReference(a, values, { M, N, K, bTransposed: true }))).toBeLessThan(TOLERANCE)
    }
  })

  test('row scale replaces accumulation', async () => {
    const [M, N, K] = [9, 12, 8]
    const [a, b, c, s] = [random(M * K, 1), random(N * K, 2), random(M * N, 3), random(M, 4)]
    const out = await runOps({ a: { data: a }, b: { data: b }, c: { data: c }, s: { data: s } }, (r, t) => {
      matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, rowScale: t.s })
    })
    const want = matmulReference(a, b, { M, N, K }).map((v, i) => v + c[i] * s[Math.floor(i / N)])
    expect(relativeError(out.c, want)).toBeLessThan(TOLERANCE)
  })
})

describe('rmsnorm', () => {
  for (const [rows, C] of [[1, 7], [5, 80], [33, 200]]) {
    test(`[${rows}, ${C}] forward, residual form and backward`, async () => {
      const [x, delta, w, dy, dx] = [random(rows * C, 1, 3), random(rows * C, 2), random(C, 3), random(rows * C, 4), random(rows * C, 5)]
      const out = await runOps(
        {
          x: { data: x },
          delta: { data: delta },
          w: { data: w },
          y: { data: new Float32Array(rows * C) },
          y2: { data: new Float32Array(rows * C) },
          x2: { data: new Float32Array(rows * C) },
          dy: { data: dy },
          dx: { data: dx },
        },
        (r, t) => {
          rmsnormForward(r, { x: t.x, weight: t.w, y: t.y, rows, C, eps: 1e-6 })
          rmsnormForward(r, { x: t.x, weight: t.w, y: t.y2, rows, C, eps: 1e-6, add: { delta: t.delta, xOut: t.x2 } })
          rmsnormBackward(r, { x: t.x, weight: t.w, dy: t.dy, dx: t.dx, rows, C, eps: 1e-6, accumulate: true })
        },
      )
      const sum = x.map((v, i) => Math.fround(v + delta[i]))
      expect(relativeError(out.y, rmsnormReference(x, w, rows, C, 1e-6))).toBeLessThan(TOLERANCE)
      expect(relativeError(out.x2, sum)).toBe(0)
      expect(relativeError(out.y2, rmsnormReference(sum, w, rows, C, 1e-6))).toBeLessThan(TOLERANCE)
      const want = rmsnormBackwardReference(x, w, dy, rows, C, 1e-6).map((v, i) => v + dx[i])
      expect(relativeError(out.dx, want)).toBeLessThan(TOLERANCE)
    })
  }
})

test('rope turns and turns back', async () => {
  const [M, heads, D] = [5, 3, 20]
  const x = random(M * heads * D, 1)
  const positions = Int32Array.from([0, 1, 2, 0, 1])
  const table = new Float32Array(3 * D)
  for (let t = 0; t < 3; t++) {
    for (let i = 0; i < D / 2; i++) {
      table[(t * (D / 2) + i) * 2] = Math.cos(t / (i + 1))
      table[(t * (D / 2) + i) * 2 + 1] = Math.sin(t / (i + 1))
    }
  }
  const out = await runOps({ x: { data: x }, y: { data: x }, positions: { data: positions }, table: { data: table } }, (r, t) => {
    rope(r, { x: t.x, positions: t.positions, table: t.table, M, heads, D })
    rope(r, { x: t.y, positions: t.positions, table: t.table, M, heads, D })
    rope(r, { x: t.y, positions: t.positions, table: t.table, M, heads, D, backward: true })
  })
  expect(relativeError(out.x, ropeReference(x, positions, table, { M, heads, D }))).toBeLessThan(TOLERANCE)
  expect(relativeError(out.y, x)).toBeLessThan(TOLERANCE)
})

describe('softmax', () => {
  for (const [B, H, Tq, Tk, first] of [[2, 3, 9, 9, 0], [1, 2, 1, 70, 69], [1, 1, 5, 8, 3]]) {
    test(`B ${B} H ${H} ${Tq} queries at ${first} over ${Tk} keys`, async () => {
      const shape = { B, H, Tq, Tk, first }
      const n = B * H * Tq * Tk
      const scores = random(n, 1, 4)
      const d = random(n, 2)
      const segments = Int32Array.from({ length: B * Tk }, (_, i) => (i % Tk < 4 ? 1 : 2))
      const out = await runOps(
        { scores: { data: scores }, plain: { data: scores }, d: { data: d }, segments: { data: segments } },
        (r, t) => {
          softmaxForward(r, { ...shape, scores: t.scores, segments: t.segments })
          softmaxForward(r, { ...shape, scores: t.plain })
          softmaxBackward(r, { ...shape, probs: t.plain, d: t.d })
        },
      )
      expect(relativeError(out.scores, softmaxReference(scores, shape, segments))).toBeLessThan(TOLERANCE)
      const probs = softmaxReference(scores, shape)
      expect(relativeError(out.plain, probs)).toBeLessThan(TOLERANCE)
      expect(relativeError(out.d, softmaxBackwardReference(probs, d, shape))).toBeLessThan(TOLERANCE)
    })
  }
})

test('swiglu forward and backward', async () => {
  const n = 1003
  const [gate, up, dact] = [random(n, 1, 6), random(n, 2), random(n, 3)]
  const out = await runOps(
    { gate: { data: gate }, up: { data: up }, act: { data: new Float32Array(n) }, g2: { data: gate }, u2: { data: up }, dact: { data: dact } },
    (r, t) => {
      swigluForward(r, { gate: t.gate, up: t.up, act: t.act, n })
      swigluBackward(r, { dact: t.dact, gate: t.g2, up: t.u2, n })
    },
  )
  expect(relativeError(out.act, swigluReference(gate, up))).toBeLessThan(TOLERANCE)
  const want = swigluBackwardReference(dact, gate, up)
  expect(relativeError(out.g2, want.gate)).toBeLessThan(TOLERANCE)
  expect(relativeError(out.u2, want.up)).toBeLessThan(TOLERANCE)
})

describe('attention', () => {
  // [B, T, H, K, D]: every grouping, a head size that is no multiple of 4, and lengths that are no multiple of a tile
  for (const [B, T, H, K, D] of [[2, 9, 4, 2, 8], [1, 37, 6, 1, 10], [2, 16, 3, 3, 6]]) {
    for (const heads of [H, 1]) {
      test(`B ${B} T ${T} H ${H} K ${K} D ${D}, ${heads} heads a chunk: forward, and backward by finite differences`, async () => {
        const [nq, nk] = [B * T * H * D, B * T * K * D]
        const [q, k, v, dout] = [random(nq, 1), random(nk, 2), random(nk, 3), random(nq, 4)]
        const segments = Int32Array.from({ length: B * T }, (_, i) => (i % T < 5 ? 1 : 2))
        const chunking = { lines: 1, heads, capacityLines: B }
        const shape = { B, Tq: T, Tk: T, first: 0, H, K, D }
        const scratch = new Float32Array(attentionScratch(chunking, T, T)).fill(NaN)
        const out = await runOps(
          {
            q: { data: q },
            k: { data: k },
            v: { data: v },
            dout: { data: dout },
            segments: { data: segments },
            out: { data: new Float32Array(nq) },
            dq: { data: new Float32Array(nq) },
            dk: { data: new Float32Array(nk) },
            dv: { data: new Float32Array(nk) },
            probs: { data: scratch },
            dprobs: { data: scratch },
          },
          (r, t) => {
            const common = { ...shape, chunking, segments: t.segments, q: t.q, k: t.k, v: t.v, probs: t.probs }
            attentionForward(r, { ...common, out: t.out })
            attentionBackward(r, { ...common, dout: t.dout, dq: t.dq, dk: t.dk, dv: t.dv, dprobs: t.dprobs })
          },
        )
        expect(relativeError(out.out, attentionReference(q, k, v, shape, segments))).toBeLessThan(TOLERANCE)
        const loss = (): number =>
          attentionReference(q, k, v, shape, segments).reduce((sum, value, i) => sum + value * dout[i], 0)
        for (const [values, gradient] of [[q, out.dq], [k, out.dk], [v, out.dv]]) {
          for (let probe = 0; probe < 6; probe++) {
            const i = (probe * 7919) % values.length
            const kept = values[i]
            // The twin is f64 but its inputs are f32: step by representable amounts.
            values[i] = Math.fround(kept + 1e-2)
            const up = loss()
            const high = values[i]
            values[i] = Math.fround(kept - 1e-2)
            const difference = (up - loss()) / (high - values[i])
            values[i] = kept
            // Central differences of step 1e-2 err by the third derivative: about 1e-4 for inputs of unit size.
            expect(Math.abs(gradient[i] - difference)).toBeLessThan(3e-4)
          }
        }
      })
    }
  }
})
