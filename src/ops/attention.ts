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
  H: number
  K: number
  D: number
  /** [B, Tk] segment of each token; absent: one segment. */
  segments?: Tensor
}

/** Rows of q, k, v and out for one head, without moving anything: batch strides walk lines and heads. */
function heads(s: AttentionShape): { q: [number, number]; kv: [number, number]; scores: [number, number]; bGroup: number } {
  return {
    q: [s.Tq * s.H * s.D, s.D],
    kv: [s.Tk * s.K * s.D, s.D],
    scores: [s.H * s.Tq * s.Tk, s.Tq * s.Tk],
    bGroup: s.H / s.K,
  }
}

function scoresAndProbs(r: Recorder, s: AttentionShape, q: Tensor, k: Tensor, probs: Tensor): void {
  const h = heads(s)
  matmul(r, {
    a: q,
    b: k,
    c: probs,
    M: s.Tq,
    N: s.Tk,
    K: s.D,
    bTransposed: true,
    lda: s.H * s.D,
    ldb: s.K * s.D,
    alpha: 1 / Math.sqrt(s.D),
    batch: { outer: s.B, inner: s.H, a: h.q, b: h.kv, c: h.scores, bGroup: h.bGroup },
    causal: { kind: 'skip-right', first: s.first },
  })
  softmaxForward(r, { B: s.B, H: s.H, Tq: s.Tq, Tk: s.Tk, first: s.first, scores: probs, segments: s.segments })
}

/** out = softmax(q k^T / sqrt(D)) v; probs is scratch [B * H, Tq, Tk]. */
export function attentionForward(
  r: Recorder,
  o: AttentionShape & { q: Tensor; k: Tensor; v: Tensor; out: Tensor; probs: Tensor },
): void {
  const h = heads(o)
  scoresAndProbs(r, o, o.q, o.k, o.probs)
  matmul(r, {
    a: o.probs,
    b: o.v,
    c: o.out,
    M: o.Tq,
    N: o.D,
    K: o.Tk,
    ldb: o.K * o.D,
    ldc: o.H * o.D,
    batch: { outer: o.B, inner: o.H, a: h.scores, b: h.kv, c: h.q, bGroup: h.bGroup },
    causal: { kind: 'reduce-to-row', first: o.first },
  })
}

/**
 * Gradients of q, k, v for dout (training: Tq = Tk, first = 0). The probabilities are computed again from q and k with the
 * same kernels, so recompute changes no bit. probs and dprobs are scratch [B * H, T, T].
 */
export function attentionBackward(
  r: Recorder,
  o: AttentionShape & {
    q: Tensor
    k: Tensor
    v: Tensor
    dout: Tensor
    dq: Tensor
    dk: Tensor
    dv: Tensor
    probs: Tensor
    dprobs: Tensor
  },
): void {
  const h = heads(o)
  const { B, H, K, D, Tq: T } = o
  const group = H / K
  scoresAndProbs(r, o, o.q, o.k, o.probs)
  // dP = dO V^T
  matmul(r, {
    a: o.dout,
    b: o.v,
    c: o.dprobs,
    M: T,
    N: T,
    K: D,
    bTransposed: true,
    lda: H * D,
    ldb: K * D,
    batch: { outer: B, inner: H, a: h.q, b: h.kv, c: h.scores, bGroup: group },
    causal: { kind: 'skip-right', first: 0 },
  })
  // dV = sum over the group's heads of P^T dO; slices walk the heads of the group.
  const byKey = {
    M: T,
    N: D,
    K: T,
    aTransposed: true,
    lda: T,
    ldb: H * D,
    ldc: K * D,
    batch: {
      outer: B,
      inner: K,
      a: [h.scores[0], group * h.scores[1]] as [number, number],
      b: [h.q[0], group * D] as [number, number],
      c: h.kv,
    },
    slices: { count: group, a: h.scores[1], b: D },
    causal: { kind: 'reduce-from-row', first: 0 } as const,
  }
  matmul(r, { a: o.probs, b: o.dout, c: o.dv, ...byKey })
  softmaxBackward(r, { B, H, Tq: T, Tk: T, first: 0, probs: o.probs, d: o.dprobs })
  const alpha = 1 / Math.sqrt(D)
  // dQ = dS K / sqrt(D), dK = dS^T Q / sqrt(D)
  matmul(r, {
    a: o.dprobs,
    b: o.k,
    c: o.dq,
    M: T,
    N: D,
    K: T,
    ldb: K * D,
    ldc: H * D,
    alpha,
    batch: { outer: B, inner: H, a: h.scores, b: h.kv, c: h.q, bGroup: group },
    causal: { kind: 'reduce-to-row', first: 0 },
  })
  matmul(r, { a: o.dprobs, b: o.q, c: o.dk, alpha, ...byKey })
}
