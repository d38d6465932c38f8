import type { Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'
import { matmul } from './matmul'
import { softmaxBackward, softmaxForward } from './softmax'

/** Shapes of causal grouped-query attention. q and out are [B * Tq, H * D], k and v [B * Tk, K * D]. */
export interface AttentionShape {
  B: number
  /** New tokens; query row 0 stands at position `first`. */
  Tq: number
  Tk: number
  first: number
  /** Row of k and v where line 0's begin (0). */
  keysFrom?: number
  H: number
  K: number
  D: number
  /** [B, Tk] segment of each token; absent: one segment. */
  segments?: Tensor
  chunking: AttentionChunking
}

/** The score matrices of a few lines, heads and queries at a time, so that the scratch stays small at any length. */
export interface AttentionChunking {
  lines: number
  /** H, or 1: single heads, whose key gradients are then added up over the group. */
  heads: number
  /** Query rows; fewer than all only where lines and heads are 1. Key gradients are then added up over the pieces. */
  queries: number
  /** What the plan was made for: the number of dispatches must not depend on the actual shape. */
  capacityLines: number
  capacityQueries: number
}

/** Elements of the probability scratch. */
export function attentionScratch(c: AttentionChunking, Tq: number, Tk: number): number {
  return c.lines * c.heads * Math.min(c.queries, Tq) * Tk
}

/** The largest chunk whose scores fit in `limitBytes`; never fewer than 64 query rows. */
export function chooseChunking(
  { B, Tq, Tk, H }: { B: number; Tq: number; Tk: number; H: number },
  limitBytes: number,
): AttentionChunking {
  const perRow = Tk * 4
  const capacity = { capacityLines: B, capacityQueries: Tq }
  const lines = Math.min(B, Math.floor(limitBytes / (perRow * Tq * H)))
  if (lines >= 1) return { lines, heads: H, queries: Tq, ...capacity }
  // A multiple of 64 keeps every piece's start a whole vector, whatever the head size.
  const queries = Math.max(64, Math.floor(limitBytes / perRow / 64) * 64)
  return { lines: 1, heads: 1, queries: Math.min(Tq, queries), ...capacity }
}

interface Chunk extends AttentionShape {
  /** First line, head and query row, and how many; `Tq` and `first` are the piece's own. */
  line: number
  lines: number
  head: number
  heads: number
  query: number
  /** Query rows of a whole line. */
  lineRows: number
}

function* chunks(s: AttentionShape): Generator<Chunk> {
  const { lines: linesAtOnce, heads, queries, capacityLines, capacityQueries } = s.chunking
  for (let line = 0; line < capacityLines; line += linesAtOnce) {
    const lines = Math.max(0, Math.min(linesAtOnce, s.B - line))
    for (let head = 0; head < s.H; head += heads) {
      for (let query = 0; query < capacityQueries; query += queries) {
        const Tq = Math.max(0, Math.min(queries, s.Tq - query))
        yield { ...s, line, lines, head, heads, query, Tq, first: s.first + query, lineRows: s.Tq }
      }
    }
  }
}

/** Part of the columns of a wider tensor: from column `at` on, rows `row` elements apart. */
interface Columns {
  tensor: Tensor
  at: number
  row: number
}

/** Heads side by side in a tensor of their own, or among other columns. */
export type Heads = Tensor | Columns

const tensorOf = (x: Heads): Tensor => ('tensor' in x ? x.tensor : x)

/** Where a chunk stands in a q-shaped tensor: start, and strides (line, head). */
function queries(c: Chunk, x: Heads): View {
  const { at, row } = 'tensor' in x ? x : { at: 0, row: c.H * c.D }
  return {
    offset: at + (c.line * c.lineRows + c.query) * row + c.head * c.D,
    strides: [c.lineRows * row, c.D],
    row,
  }
}

/** In a key-shaped one. */
function keys(c: Chunk, x: Heads): View {
  const { at, row } = 'tensor' in x ? x : { at: 0, row: c.K * c.D }
  return {
    offset: at + ((c.keysFrom ?? 0) + c.line * c.Tk) * row + Math.floor(c.head / (c.H / c.K)) * c.D,
    strides: [c.Tk * row, c.D],
    row,
  }
}

/** In the scores. */
function scoresOf(c: Chunk): View {
  return { offset: 0, strides: [c.heads * c.Tq * c.Tk, c.Tq * c.Tk], row: c.Tk }
}

interface View {
  offset: number
  strides: [number, number]
  row: number
}

interface Operands {
  a: Heads
  b: Heads
  out: Heads
  alpha: number
}

/** scores = alpha a b^T for a q-shaped a and a key-shaped b, left of the diagonal. */
function rowsTimesKeys(r: Recorder, c: Chunk, { a, b, out, alpha }: Operands): void {
  const [q, kv, scores] = [queries(c, a), keys(c, b), scoresOf(c)]
  matmul(r, {
    a: tensorOf(a),
    b: tensorOf(b),
    c: tensorOf(out),
    M: c.Tq,
    N: c.Tk,
    K: c.D,
    bTransposed: true,
    lda: q.row,
    ldb: kv.row,
    aOffset: q.offset,
    bOffset: kv.offset,
    alpha,
    batch: {
      outer: c.lines,
      inner: c.heads,
      a: q.strides,
      b: kv.strides,
      c: scores.strides,
      bGroup: c.heads === 1 ? 1 : c.H / c.K,
    },
    causal: { kind: 'skip-right', first: c.first },
  })
}

/** out (q-shaped) = alpha a b for scores a and a key-shaped b. */
function scoresTimesKeys(r: Recorder, c: Chunk, { a, b, out, alpha }: Operands): void {
  const [q, kv, scores] = [queries(c, out), keys(c, b), scoresOf(c)]
  matmul(r, {
    a: tensorOf(a),
    b: tensorOf(b),
    c: tensorOf(out),
    M: c.Tq,
    N: c.D,
    K: c.Tk,
    ldb: kv.row,
    ldc: q.row,
    bOffset: kv.offset,
    cOffset: q.offset,
    alpha,
    batch: {
      outer: c.lines,
      inner: c.heads,
      a: scores.strides,
      b: kv.strides,
      c: q.strides,
      bGroup: c.heads === 1 ? 1 : c.H / c.K,
    },
    causal: { kind: 'reduce-to-row', first: c.first },
  })
}

/**
 * out (key-shaped) = alpha a^T b for scores a and a q-shaped b, added up over the heads that share a key head and over
 * pieces of the queries.
 */
function scoresTransposedTimesRows(r: Recorder, c: Chunk, { a, b, out, alpha }: Operands): void {
  const [q, kv, scores] = [queries(c, b), keys(c, out), scoresOf(c)]
  const group = c.H / c.K
  const single = c.heads === 1
  const shared = single ? 1 : group
  matmul(r, {
    a: tensorOf(a),
    b: tensorOf(b),
    c: tensorOf(out),
    M: c.Tk,
    N: c.D,
    K: c.Tq,
    aTransposed: true,
    lda: c.Tk,
    ldb: q.row,
    ldc: kv.row,
    bOffset: q.offset,
    cOffset: kv.offset,
    alpha,
    accumulate: (single && c.head % group !== 0) || c.query > 0,
    batch: {
      outer: c.lines,
      inner: single ? 1 : c.K,
      a: [scores.strides[0], shared * scores.strides[1]],
      b: [q.strides[0], shared * c.D],
      c: kv.strides,
    },
    slices: { count: shared, a: scores.strides[1], b: c.D },
    causal: { kind: 'reduce-from-row', first: c.first },
  })
}

const softmaxOf = (c: Chunk) => ({ ...c, B: c.lines, H: c.heads, line: c.line })

/** out = softmax(q k^T / sqrt(D)) v; probs is scratch of `attentionScratch` elements. */
export function attentionForward(
  r: Recorder,
  o: AttentionShape & { q: Heads; k: Heads; v: Heads; out: Heads; probs: Tensor },
): void {
  for (const c of chunks(o)) {
    rowsTimesKeys(r, c, { a: o.q, b: o.k, out: o.probs, alpha: 1 / Math.sqrt(c.D) })
    softmaxForward(r, { ...softmaxOf(c), scores: o.probs, segments: c.segments })
    scoresTimesKeys(r, c, { a: o.probs, b: o.v, out: o.out, alpha: 1 })
  }
}

/**
 * Gradients of q, k, v for dout (training: Tq = Tk, first = 0). The probabilities are computed again from q and k with
 * the same kernels, so recompute changes no bit. probs and dprobs are scratch.
 */
export function attentionBackward(
  r: Recorder,
  o: AttentionShape & {
    q: Heads
    k: Heads
    v: Heads
    dout: Heads
    dq: Heads
    dk: Heads
    dv: Heads
    probs: Tensor
    dprobs: Tensor
  },
): void {
  const alpha = 1 / Math.sqrt(o.D)
  for (const c of chunks(o)) {
    rowsTimesKeys(r, c, { a: o.q, b: o.k, out: o.probs, alpha })
    // dP = dO V^T, dS, dV = P^T dO
    rowsTimesKeys(r, c, { a: o.dout, b: o.v, out: o.dprobs, alpha: 1 })
    softmaxBackward(r, { ...softmaxOf(c), scores: o.probs, d: o.dprobs, segments: c.segments })
    scoresTransposedTimesRows(r, c, { a: o.probs, b: o.dout, out: o.dv, alpha: 1 })
    // dQ = dS K / sqrt(D), dK = dS^T Q / sqrt(D)
    scoresTimesKeys(r, c, { a: o.dprobs, b: o.k, out: o.dq, alpha })
    scoresTransposedTimesRows(r, c, { a: o.dprobs, b: o.q, out: o.dk, alpha })
  }
}

/** The plain twin of the forward pass in f64. */
export function attentionReference(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  s: Omit<AttentionShape, 'segments' | 'chunking'>,
  segments?: ArrayLike<number>,
): Float64Array {
  const { B, Tq, Tk, first, H, K, D } = s
  const out = new Float64Array(B * Tq * H * D)
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const g = Math.floor(h / (H / K))
      for (let t = 0; t < Tq; t++) {
        const at = ((b * Tq + t) * H + h) * D
        const query = first + t
        const weights: number[] = []
        for (let j = 0; j <= query; j++) {
          let dot = 0
          for (let i = 0; i < D; i++) dot += q[at + i] * k[((b * Tk + j) * K + g) * D + i]
          const apart = segments !== undefined && segments[b * Tk + j] !== segments[b * Tk + query]
          weights.push(apart ? -Infinity : dot / Math.sqrt(D))
        }
        const top = Math.max(...weights)
        const sum = weights.reduce((total, w) => total + Math.exp(w - top), 0)
        for (const [j, w] of weights.entries()) {
          for (let i = 0; i < D; i++) out[at + i] += (Math.exp(w - top) / sum) * v[((b * Tk + j) * K + g) * D + i]
        }
      }
    }
  }
  return out
}

/** The plain twin of the backward pass in f64. */
export function attentionBackwardReference(
  q: ArrayLike<number>,
  k: ArrayLike<number>,
  v: ArrayLike<number>,
  dout: ArrayLike<number>,
  s: Omit<AttentionShape, 'segments' | 'chunking'>,
  segments?: ArrayLike<number>,
): { dq: Float64Array; dk: Float64Array; dv: Float64Array } {
  const { B, Tq, Tk, first, H, K, D } = s
  const [dq, dk, dv] = [
    new Float64Array(B * Tq * H * D),
    new Float64Array(B * Tk * K * D),
    new Float64Array(B * Tk * K * D),
  ]
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const g = Math.floor(h / (H / K))
      for (let t = 0; t < Tq; t++) {
        const at = ((b * Tq + t) * H + h) * D
        const query = first + t
        const key = (j: number): number => ((b * Tk + j) * K + g) * D
        const seen = Array.from({ length: query + 1 }, (_, j) => j).filter(
          (j) => !segments || segments[b * Tk + j] === segments[b * Tk + query],
        )
        const dots = (x: ArrayLike<number>, y: ArrayLike<number>): number[] =>
          seen.map((j) => {
            let sum = 0
            for (let i = 0; i < D; i++) sum += x[at + i] * y[key(j) + i]
            return sum
          })
        const scores = dots(q, k).map((score) => score / Math.sqrt(D))
        const top = Math.max(...scores)
        const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0)
        const probs = scores.map((score) => Math.exp(score - top) / total)
        const dprobs = dots(dout, v)
        const mean = probs.reduce((sum, p, n) => sum + p * dprobs[n], 0)
        for (const [n, j] of seen.entries()) {
          const dscore = (probs[n] * (dprobs[n] - mean)) / Math.sqrt(D)
          for (let i = 0; i < D; i++) {
            dq[at + i] += dscore * k[key(j) + i]
            dk[key(j) + i] += dscore * q[at + i]
            dv[key(j) + i] += probs[n] * dout[at + i]
          }
        }
      }
    }
  }
  return { dq, dk, dv }
}
