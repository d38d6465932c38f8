import reduce from '../../shaders/reduce.wgsl?raw'
import wgsl from '../../shaders/softmax.wgsl?raw'
import { rowGrid, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

const forward = { name: 'softmax_forward', wgsl: reduce + wgsl }
const backward = { name: 'softmax_backward', wgsl: reduce + wgsl }

interface SoftmaxShape {
  /** Z = B * H score matrices of [Tq, Tk]. */
  B: number
  H: number
  Tq: number
  Tk: number
  /** Position of query row 0. */
  first: number
  /** Line of `segments` that matrix 0 belongs to. */
  line?: number
}

/** Causal softmax in place; `segments` [B, Tk] keeps attention inside a packed row. */
export function softmaxForward(r: Recorder, o: SoftmaxShape & { scores: Tensor; segments?: Tensor }): void {
  const { defines, workgroups } = rowGrid(r, o.B * o.H * o.Tq)
  r.dispatch({
    source: forward,
    defines: { ...defines, SEGMENTS: o.segments !== undefined },
    tensors: { scores: o.scores, ...(o.segments ? { segments: o.segments } : {}) },
    params: { Z: o.B * o.H, Tq: o.Tq, Tk: o.Tk, H: o.H, first: o.first, line: o.line ?? 0 },
    workgroups,
    flops: 6 * o.B * o.H * o.Tq * o.Tk,
  })
}

/** As the forward pass, and d <- P * (d - sum(P d)) in place. */
export function softmaxBackward(r: Recorder, o: SoftmaxShape & { scores: Tensor; d: Tensor; segments?: Tensor }): void {
  const { defines, workgroups } = rowGrid(r, o.B * o.H * o.Tq)
  r.dispatch({
    source: backward,
    defines: { ...defines, SEGMENTS: o.segments !== undefined },
    tensors: { scores: o.scores, d: o.d, ...(o.segments ? { segments: o.segments } : {}) },
    params: { Z: o.B * o.H, Tq: o.Tq, Tk: o.Tk, H: o.H, first: o.first, line: o.line ?? 0 },
    workgroups,
    flops: 10 * o.B * o.H * o.Tq * o.Tk,
  })
}

export function softmaxReference(
  scores: ArrayLike<number>,
  o: SoftmaxShape,
  segments?: ArrayLike<number>,
): Float64Array {
  const { B, H, Tq, Tk, first } = o
  const out = new Float64Array(B * H * Tq * Tk)
  for (let row = 0; row < B * H * Tq; row++) {
    const query = first + (row % Tq)
    const line = Math.floor(row / Tq / H) * Tk
    const seen = (j: number): boolean => j <= query && (!segments || segments[line + j] === segments[line + query])
    let best = -Infinity
    for (let j = 0; j < Tk; j++) if (seen(j)) best = Math.max(best, scores[row * Tk + j])
    let sum = 0
    for (let j = 0; j < Tk; j++) if (seen(j)) sum += Math.exp(scores[row * Tk + j] - best)
    for (let j = 0; j < Tk; j++) if (seen(j)) out[row * Tk + j] = Math.exp(scores[row * Tk + j] - best) / sum
  }
  return out
}

export function softmaxBackwardReference(
  probs: ArrayLike<number>,
  d: ArrayLike<number>,
  o: SoftmaxShape,
): Float64Array {
  const { Tk } = o
  const out = new Float64Array(o.B * o.H * o.Tq * Tk)
  for (let row = 0; row < o.B * o.H * o.Tq; row++) {
    const seen = Math.min(Tk, o.first + (row % o.Tq) + 1)
    let sum = 0
    for (let j = 0; j < seen; j++) sum += probs[row * Tk + j] * d[row * Tk + j]
    for (let j = 0; j < seen; j++) out[row * Tk + j] = probs[row * Tk + j] * (d[row * Tk + j] - sum)
  }
  return out
}
