import { describe, expect, test } from 'vitest'
import { toFloat32 } from '../../src/formats/floats'
import {
  attentionBackward,
  attentionBackwardReference,
  attentionForward,
  attentionReference,
  attentionScratch,
} from '../../src/ops/attention'
import { matmul, matmulReference } from '../../src/ops/matmul'
import { rmsnormBackward, rmsnormBackwardReference, rmsnormForward, rmsnormReference } from '../../src/ops/rmsnorm'
import { rope, ropeReference } from '../../src/ops/rope'
import { rowsAppend } from '../../src/ops/rows'
import { swigluForward, swigluReference } from '../../src/ops/swiglu'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps, testGpu, wordsOf, type Input } from '../helpers/gpu'
import { packed } from '../helpers/packed'

// Kernels over WGSL's own f16. Inputs are exact halves and sums are f32, so a result that is stored as f16 is off by
// one rounding:
// 2^-11 of itself.
const ROUNDED = 2 ** -11 + F32_SUMS

/** Values rounded to halves, as a GPU input and as f32. */
function half(n: number, seed: number, scale = 1): { input: Input; values: Float32Array } {
  const { words, values } = packed(random(n, seed, scale), 'F16')
  return { input: { data: words, dtype: 'f16', shape: [n] }, values }
}
const blank = (n: number): Input => half(n, 1).input
const halves = (words: Float32Array, n: number): Float32Array =>
  toFloat32(new Uint8Array(wordsOf(words).slice().buffer), 'F16').slice(0, n)

// Which tests there are depends on the device, so it is opened before they are named.
const gpu = await testGpu()

describe('f16 tensors', () => {
  const withF16 = test.runIf(gpu.features.f16)

  withF16('matmul: every layout, in vectors and scalars', async () => {
    for (const [M, N, K] of [
      [13, 20, 16],
      [5, 7, 9],
    ]) {
      for (const layout of [{ bTransposed: true }, {}, { aTransposed: true }]) {
        const [a, b, c] = [half(M * K, 1), half(N * K, 2), half(M * N, 3)]
        const out = await runOps(
          { a: a.input, b: b.input, c: c.input, full: { data: new Float32Array(M * N) } },
          (r, t) => {
            matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, ...layout, accumulate: true, alpha: 0.5 })
            matmul(r, { a: t.a, b: t.b, c: t.full, M, N, K, ...layout })
          },
        )
        const want = matmulReference(a.values, b.values, { M, N, K, ...layout })
        expect(relativeError(out.full, want)).toBeLessThan(F32_SUMS)
        expect(
          relativeError(
            halves(out.c, M * N),
            want.map((v, i) => v * 0.5 + c.values[i]),
          ),
        ).toBeLessThan(ROUNDED)
      }
    }
  })

  withF16('a linear as layers run it: f16 in, weight and bias f32, f16 out; its adapter on top', async () => {
    for (const [M, N, K, R] of [
      [1, 9, 7, 3],
      [13, 20, 16, 4],
      [6, 31, 33, 5],
    ]) {
      const x = half(M * K, 1)
      const [w, bias, A, B] = [random(N * K, 2), random(N, 3), random(R * K, 4), random(N * R, 5)]
      const out = await runOps(
        {
          x: x.input,
          w: { data: w },
          bias: { data: bias },
          A: { data: A },
          B: { data: B },
          y: blank(M * N),
          low: { data: new Float32Array(M * R).fill(NaN) },
        },
        (r, t) => {
          matmul(r, { a: t.x, b: t.w, c: t.y, M, N, K, bTransposed: true, bias: t.bias })
          matmul(r, { a: t.x, b: t.A, c: t.low, M, N: R, K, bTransposed: true })
          matmul(r, { a: t.low, b: t.B, c: t.y, M, N, K: R, bTransposed: true, alpha: 0.5, accumulate: true })
        },
      )
      const low = matmulReference(x.values, A, { M, N: R, K, bTransposed: true })
      expect(relativeError(out.low, low)).toBeLessThan(F32_SUMS)
      const branch = matmulReference(low, B, { M, N, K: R, bTransposed: true })
      const want = matmulReference(x.values, w, { M, N, K, bTransposed: true }).map(
        (v, i) => v + bias[i % N] + 0.5 * branch[i],
      )
      // Stored twice: what the base gives is rounded before the adapter adds to it.
      expect(relativeError(halves(out.y, M * N), want)).toBeLessThan(2 * ROUNDED)
    }
  })

  withF16('rmsnorm: into f16, and of f16', async () => {
    const [rows, C] = [6, 37]
    for (const tuning of ROW_TUNINGS) {
      const [x, w, dy] = [half(rows * C, 1, 3), random(C, 2), random(rows * C, 3)]
      // The residual stream stays f32, and so does its sum; only what the norm makes of it is f16.
      const [stream, delta] = [random(rows * C, 4, 3), random(rows * C, 5)]
      const out = await runOps(
        {
          x: x.input,
          w: { data: w },
          dy: { data: dy },
          y: blank(rows * C),
          dx: { data: new Float32Array(rows * C) },
          stream: { data: stream },
          delta: { data: delta },
          sum: { data: new Float32Array(rows * C) },
          residual: blank(rows * C),
        },
        (r, t) => {
          rmsnormForward(r, { x: t.x, weight: t.w, y: t.y, rows, C, eps: 1e-6 })
          rmsnormForward(r, {
            x: t.stream,
            weight: t.w,
            y: t.residual,
            rows,
            C,
            eps: 1e-6,
            add: { delta: t.delta, xOut: t.sum },
          })
          rmsnormBackward(r, { x: t.x, weight: t.w, dy: t.dy, dx: t.dx, rows, C, eps: 1e-6 })
        },
        tuning,
      )
      expect(relativeError(halves(out.y, rows * C), rmsnormReference(x.values, w, rows, C, 1e-6))).toBeLessThan(ROUNDED)
      expect(relativeError(out.dx, rmsnormBackwardReference(x.values, w, dy, rows, C, 1e-6))).toBeLessThan(F32_SUMS)
      const sum = stream.map((v, i) => Math.fround(v + delta[i]))
      expect(relativeError(out.sum, sum)).toBe(0)
      expect(relativeError(halves(out.residual, rows * C), rmsnormReference(sum, w, rows, C, 1e-6))).toBeLessThan(
        ROUNDED,
      )
    }
  })

  withF16('rope in place', async () => {
    const [M, heads, D] = [5, 3, 10]
    const x = half(M * heads * D, 1)
    const positions = Int32Array.of(0, 1, 2, 0, 1)
    const table = random(3 * D, 4)
    const out = await runOps({ x: x.input, positions: { data: positions }, table: { data: table } }, (r, t) =>
      rope(r, { x: t.x, positions: t.positions, table: t.table, M, heads, D }),
    )
    expect(
      relativeError(halves(out.x, M * heads * D), ropeReference(x.values, positions, table, { M, heads, D })),
    ).toBeLessThan(ROUNDED)
  })

  withF16('swiglu of f16 gates', async () => {
    const n = 131
    const [gate, up] = [half(n, 1, 5), half(n, 2)]
    const out = await runOps({ gate: gate.input, up: up.input, act: { data: new Float32Array(n) } }, (r, t) =>
      swigluForward(r, { gate: t.gate, up: t.up, act: t.act, n }),
    )
    expect(relativeError(out.act, swigluReference(gate.values, up.values))).toBeLessThan(F32_SUMS)
  })

  withF16('attention of f16 queries, keys and values; scores and gradients f32', async () => {
    const shape = { B: 2, Tq: 7, Tk: 7, first: 0, H: 4, K: 2, D: 6 }
    const [nq, nk] = [2 * 7 * 4 * 6, 2 * 7 * 2 * 6]
    const [q, k, v, dout] = [half(nq, 1), half(nk, 2), half(nk, 3), random(nq, 4)]
    const chunking = { lines: 2, heads: 4, queries: 7, capacityLines: 2, capacityQueries: 7 }
    const scratch = attentionScratch(chunking, 7, 7)
    const empty = (n: number) => ({ data: new Float32Array(n).fill(NaN) })
    const out = await runOps(
      {
        q: q.input,
        k: k.input,
        v: v.input,
        dout: { data: dout },
        out: blank(nq),
        dq: empty(nq),
        dk: empty(nk),
        dv: empty(nk),
        probs: empty(scratch),
        dprobs: empty(scratch),
      },
      (r, t) => {
        const common = { ...shape, chunking, q: t.q, k: t.k, v: t.v, probs: t.probs }
        attentionForward(r, { ...common, out: t.out })
        attentionBackward(r, { ...common, dout: t.dout, dq: t.dq, dk: t.dk, dv: t.dv, dprobs: t.dprobs })
      },
    )
    const values = [q.values, k.values, v.values] as const
    expect(relativeError(halves(out.out, nq), attentionReference(...values, shape))).toBeLessThan(ROUNDED)
    const want = attentionBackwardReference(...values, dout, shape)
    for (const name of ['dq', 'dk', 'dv'] as const)
      expect(relativeError(out[name], want[name]), name).toBeLessThan(2 * F32_SUMS)
  })

  withF16('a cache keeps f16 keys as f32', async () => {
    const x = half(10, 1)
    const out = await runOps({ x: x.input, cache: { data: new Float32Array(20) } }, (r, t) =>
      rowsAppend(r, { x: t.x, cache: t.cache, n: 10, first: 5 }),
    )
    expect([...out.cache]).toEqual([0, 0, 0, 0, 0, ...x.values.slice(0, 10), 0, 0, 0, 0, 0])
  })

  test.runIf(!gpu.features.f16)('are not to be had on this device', () => {
    expect(gpu.device.features.has('shader-f16')).toBe(false)
  })
})
