import { describe, expect, test } from 'vitest'
import {
  attentionBackward,
  attentionBackwardReference,
  attentionReference,
  attentionScratch,
  type AttentionChunking,
} from '../../src/ops/attention'
import { headLoss, headReference } from '../../src/ops/head'
import { matmul, matmulReference } from '../../src/ops/matmul'
import { rmsnormBackward, rmsnormBackwardReference, rmsnormReference } from '../../src/ops/rmsnorm'
import { rope, ropeReference } from '../../src/ops/rope'
import { rowsScatter } from '../../src/ops/rows'
import { softmaxBackward, softmaxBackwardReference, softmaxReference } from '../../src/ops/softmax'
import { differences, dot } from '../helpers/differences'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps } from '../helpers/gpu'
import { runWords } from '../helpers/step-words'

// Every kernel's gradient as the GPU gives it, against its twin and against the slopes of the forward twin, on shapes
// drawn from a seed. The first of each family has one row; no size is chosen to suit a tile or a workgroup.

/** Whole numbers from a seed. */
function drawer(seed: number): (low: number, high: number) => number {
  const numbers = random(400, seed)
  let at = 0
  return (low, high) => low + Math.floor(((numbers[at++] + 1) / 2) * (high - low + 1))
}

/** One gradient: as the GPU found it, its twin's, and the scalar function of `values` that it is the gradient of. */
interface Gradient {
  got: Float32Array
  twin: ArrayLike<number>
  values: Float64Array
  loss: () => number
}

/** What `differences` leaves: see there. */
const SLOPES = 5e-8

function expectGradients(gradients: Record<string, Gradient>, bound = F32_SUMS): void {
  for (const [name, { got, twin, values, loss }] of Object.entries(gradients)) {
    expect(relativeError(got, twin), `${name} against the twin`).toBeLessThan(bound)
    const scale = Array.from(twin).reduce((most, v) => Math.max(most, Math.abs(v)), 0)
    for (const { at, slope } of differences(values, loss)) {
      expect(Math.abs(got[at] - slope), `${name}[${at}] against differences`).toBeLessThan(bound * scale + SLOPES)
    }
  }
}

const doubles = (values: Float32Array) => Float64Array.from(values)
const unwritten = (n: number) => ({ data: new Float32Array(n).fill(NaN) })

/** `check` on one shape of a single row and on three drawn ones. */
function onRandomShapes<Shape extends Record<string, number>>(
  what: string,
  seed: number,
  draw: (pick: ReturnType<typeof drawer>, oneRow: boolean) => Shape,
  check: (shape: Shape) => Promise<void>,
): void {
  describe(what, () => {
    for (const i of [0, 1, 2, 3]) {
      const shape = draw(drawer(seed * 10 + i), i === 0)
      test(JSON.stringify(shape), () => check(shape))
    }
  })
}

onRandomShapes(
  'a product: of its left side, of its right side',
  1,
  (pick, oneRow) => ({ M: oneRow ? 1 : pick(2, 40), N: pick(2, 70), K: pick(2, 50) }),
  async ({ M, N, K }) => {
    const [x, w, dy] = [random(M * K, 1), random(N * K, 2), random(M * N, 3)]
    const out = await runOps(
      { x: { data: x }, w: { data: w }, dy: { data: dy }, dx: unwritten(M * K), dw: unwritten(N * K) },
      (r, t) => {
        matmul(r, { a: t.dy, b: t.w, c: t.dx, M, N: K, K: N })
        matmul(r, { a: t.dy, b: t.x, c: t.dw, M: N, N: K, K: M, aTransposed: true })
      },
    )
    const [xs, ws] = [doubles(x), doubles(w)]
    const loss = () => dot(matmulReference(xs, ws, { M, N, K, bTransposed: true }), dy)
    expectGradients({
      left: { got: out.dx, twin: matmulReference(dy, w, { M, N: K, K: N }), values: xs, loss },
      right: { got: out.dw, twin: matmulReference(dy, x, { M: N, N: K, K: M, aTransposed: true }), values: ws, loss },
    })
  },
)

for (const tuning of ROW_TUNINGS) {
  const lanes = `${tuning.rowLanes} invocations a row`

  onRandomShapes(
    `RMSNorm, ${lanes}`,
    3,
    (pick, oneRow) => ({ rows: oneRow ? 1 : pick(2, 30), C: pick(2, 150) }),
    async ({ rows, C }) => {
      const eps = 1e-5
      const [x, w, dy] = [random(rows * C, 1, 3), random(C, 2), random(rows * C, 3)]
      const out = await runOps(
        { x: { data: x }, w: { data: w }, dy: { data: dy }, dx: unwritten(rows * C) },
        (r, t) => rmsnormBackward(r, { x: t.x, weight: t.w, dy: t.dy, dx: t.dx, rows, C, eps }),
        tuning,
      )
      const xs = doubles(x)
      const loss = () => dot(rmsnormReference(xs, w, rows, C, eps), dy)
      expectGradients({ x: { got: out.dx, twin: rmsnormBackwardReference(x, w, dy, rows, C, eps), values: xs, loss } })
    },
  )

  onRandomShapes(
    `softmax, ${lanes}`,
    4,
    (pick, oneRow) => {
      const [first, Tq] = [pick(1, 70), oneRow ? 1 : pick(2, 20)]
      return { B: oneRow ? 1 : pick(1, 3), H: oneRow ? 1 : pick(1, 4), Tq, Tk: first + Tq, first }
    },
    async ({ B, H, Tq, Tk, first }) => {
      const shape = { B, H, Tq, Tk, first }
      const [scores, d] = [doubles(random(B * H * Tq * Tk, 1, 2)), random(B * H * Tq * Tk, 2)]
      const given = Float32Array.from(scores)
      const probs = softmaxReference(scores, shape)
      const out = await runOps(
        { scores: { data: given }, d: { data: d } },
        (r, t) => softmaxBackward(r, { ...shape, scores: t.scores, d: t.d }),
        tuning,
      )
      const loss = () => dot(softmaxReference(scores, shape), d)
      expectGradients({ scores: { got: out.d, twin: softmaxBackwardReference(probs, d, shape), values: scores, loss } })
    },
  )

  onRandomShapes(
    `the loss head, ${lanes}`,
    5,
    (pick, oneRow) => ({ rows: oneRow ? 1 : pick(2, 12), C: pick(2, 40), V: pick(30, 200), cut: 8 * pick(1, 3) }),
    async ({ rows, C, V, cut }) => {
      const scale = Math.fround(1 / 7)
      const [hidden, table] = [random(rows * C, 1), random(V * C, 2)]
      const targets = Int32Array.from({ length: rows }, (_, i) => (i * 7919 + 11) % V)
      const out = await runOps(
        {
          hidden: { data: hidden },
          low: { data: table.slice(0, cut * C), shape: [cut, C] },
          high: { data: table.slice(cut * C), shape: [V - cut, C] },
          targets: { data: targets },
          run: { data: runWords({ loss_scale: scale }) },
          losses: unwritten(rows * 4),
          dh: unwritten(rows * C),
          logits: unwritten(rows * V),
          state: unwritten(rows * 4),
          rowScale: unwritten(rows),
          spread: unwritten(rows),
          targetRows: unwritten(rows * C),
        },
        (r, t) =>
          headLoss(r, {
            hidden: t.hidden,
            targets: t.targets,
            parts: [
              { tensor: t.low, first: 0, count: cut },
              { tensor: t.high, first: cut, count: V - cut },
            ],
            rows,
            C,
            losses: t.losses,
            scratch: {
              logits: t.logits,
              state: t.state,
              rowScale: t.rowScale,
              spread: t.spread,
              targetRows: t.targetRows,
            },
            gradient: { dh: t.dh, run: t.run },
          }),
        tuning,
      )
      const xs = doubles(hidden)
      const twin = () => headReference(xs, table, targets, { rows, C, V, scale })
      const loss = () => twin().losses.reduce((sum, v) => sum + v, 0) * scale
      expectGradients({ hidden: { got: out.dh, twin: twin().dh, values: xs, loss } })
    },
  )
}

onRandomShapes(
  'rotary positions',
  6,
  (pick, oneRow) => ({ M: oneRow ? 1 : pick(2, 20), heads: pick(1, 7), D: 2 * pick(1, 30) }),
  async ({ M, heads, D }) => {
    const angles = random((30 * D) / 2, 9, 3)
    const table = Float32Array.from({ length: 30 * D }, (_, i) =>
      i % 2 ? Math.sin(angles[i >> 1]) : Math.cos(angles[i >> 1]),
    )
    const positions = Int32Array.from({ length: M }, (_, m) => (m * 7 + 5) % 30)
    const [x, dy] = [random(M * heads * D, 1), random(M * heads * D, 2)]
    const out = await runOps({ dy: { data: dy }, positions: { data: positions }, table: { data: table } }, (r, t) =>
      rope(r, { x: t.dy, positions: t.positions, table: t.table, M, heads, D, backward: true }),
    )
    const xs = doubles(x)
    const loss = () => dot(ropeReference(xs, positions, table, { M, heads, D }), dy)
    expectGradients({
      x: { got: out.dy, twin: ropeReference(dy, positions, table, { M, heads, D, backward: true }), values: xs, loss },
    })
  },
)

onRandomShapes(
  'attention, packed, in pieces of any size',
  7,
  (pick, oneRow) => {
    const [K, group, T] = [pick(1, 3), pick(1, 4), pick(2, 14)]
    return {
      B: oneRow ? 1 : pick(1, 3),
      T,
      H: K * group,
      K,
      D: 2 * pick(1, 9),
      pieces: oneRow ? 0 : pick(0, 1),
      queries: pick(1, T),
    }
  },
  async ({ B, T, H, K, D, pieces, queries }) => {
    const shape = { B, Tq: T, Tk: T, first: 0, H, K, D }
    const whole = { lines: B, heads: H, queries: T }
    const chunking: AttentionChunking = {
      ...(pieces ? { lines: 1, heads: 1, queries } : whole),
      capacityLines: B,
      capacityQueries: T,
    }
    const segments = Int32Array.from({ length: B * T }, (_, i) => (i % T < 1 + Math.floor(i / T) ? 1 : 2))
    const [nq, nk] = [B * T * H * D, B * T * K * D]
    const [q, k, v, dout] = [random(nq, 1), random(nk, 2), random(nk, 3), random(nq, 4)]
    const scratch = attentionScratch(chunking, T, T)
    const out = await runOps(
      {
        q: { data: q },
        k: { data: k },
        v: { data: v },
        dout: { data: dout },
        segments: { data: segments },
        dq: unwritten(nq),
        dk: unwritten(nk),
        dv: unwritten(nk),
        probs: unwritten(scratch),
        dprobs: unwritten(scratch),
      },
      (r, t) => attentionBackward(r, { ...shape, ...t, chunking }),
    )
    const [qs, ks, vs] = [doubles(q), doubles(k), doubles(v)]
    const twin = attentionBackwardReference(q, k, v, dout, shape, segments)
    const loss = () => dot(attentionReference(qs, ks, vs, shape, segments), dout)
    expectGradients(
      {
        q: { got: out.dq, twin: twin.dq, values: qs, loss },
        k: { got: out.dk, twin: twin.dk, values: ks, loss },
        v: { got: out.dv, twin: twin.dv, values: vs, loss },
      },
      // Each goes through three products and a softmax.
      2 * F32_SUMS,
    )
  },
)

onRandomShapes(
  'rows that were selected',
  9,
  (pick, oneRow) => ({ M: oneRow ? 1 : pick(3, 30), C: pick(1, 70) }),
  async ({ M, C }) => {
    const chosen = M === 1 ? [0] : Array.from({ length: M }, (_, m) => M - 1 - m).filter((m) => m % 3 !== 1)
    const trained = Int32Array.from({ length: M }, (_, m) => chosen.indexOf(m))
    const d = random(chosen.length * C, 1)
    const out = await runOps({ trained: { data: trained }, d: { data: d }, dx: unwritten(M * C) }, (r, t) =>
      rowsScatter(r, { trained: t.trained, d: t.d, out: t.dx, M, C }),
    )
    const xs = doubles(random(M * C, 2))
    const loss = () =>
      dot(
        chosen.flatMap((m) => [...xs.subarray(m * C, m * C + C)]),
        d,
      )
    const twin = [...trained].flatMap((row) =>
      row < 0 ? Array<number>(C).fill(0) : [...d.subarray(row * C, row * C + C)],
    )
    expectGradients({ x: { got: out.dx, twin, values: xs, loss } })
  },
)
