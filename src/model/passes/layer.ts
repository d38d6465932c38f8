import type { Tensor } from '../../gpu/tensor'
import { attentionBackward, attentionForward } from '../../ops/attention'
import { rmsnormBackward, rmsnormForward } from '../../ops/rmsnorm'
import { rope } from '../../ops/rope'
import { rowsAppend } from '../../ops/rows'
import { swigluBackward, swigluForward } from '../../ops/swiglu'
import { adaptedBackward, adaptedForward } from './adapted-linear'
import type { LayerContext } from './layer-context'
import type { Projection } from '../../contracts/model'
import type { LayerWeights } from '../weights'

/** What the backward pass of a layer reads. Normed inputs and the SwiGLU product are cheap and computed again. */
export interface LayerActivations {
  /** Residual stream at the layer's input [M, C]. */
  x: Tensor
  /** After attention [M, C]. */
  xMid: Tensor
  /** Before the norm over each head, where there is one. */
  qRaw: Tensor
  kRaw: Tensor
  q: Tensor
  k: Tensor
  v: Tensor
  attended: Tensor
  gate: Tensor
  up: Tensor
  /** x A^T of each adapted linear [M, r]. */
  low: Partial<Record<Projection, Tensor>>
}

/** The residual stream between layers: x plus a part that the next norm adds on its way. */
export interface Residual {
  x: Tensor
  delta: Tensor | null
}

/**
 * One transformer layer. `input.delta` is added by the first norm and the sum kept as the layer's x; the output's delta
 * is the feed-forward block's, added by whoever reads it. `recompute` rebuilds only what the backward pass reads: the
 * output's delta is left out.
 */
export function layerForward(
  ctx: LayerContext,
  layer: number,
  w: LayerWeights,
  input: Residual,
  kind: string,
  recompute = false,
): { output: Residual; kept: LayerActivations } {
  const { r, config: c, B, T } = ctx
  const M = B * T
  const { hiddenSize: C, intermediateSize: F, heads: H, kvHeads: K, headDim: D, rmsNormEps: eps } = c
  const label = (name: string): string => `layer ${layer} ${name}`
  const low: LayerActivations['low'] = {}
  const linear = (projection: Projection, x: Tensor, y: Tensor | null): void => {
    const h = adaptedForward(ctx, { layer, projection, w }, { x, y, kind })
    if (h) low[projection] = h
  }

  const x = input.delta ? r.tensor(label('x'), [M, C], { kind: 'checkpoints' }) : input.x
  const dtype = ctx.activation
  const n1 = r.tensor(label('norm 1'), [M, C], { kind: 'scratch', dtype })
  rmsnormForward(r, {
    x: input.x,
    weight: w.inputNorm,
    y: n1,
    rows: M,
    C,
    eps,
    add: input.delta ? { delta: input.delta, xOut: x } : undefined,
  })

  const qRaw = r.tensor(label('q raw'), [M, H * D], { kind, dtype })
  const kRaw = r.tensor(label('k raw'), [M, K * D], { kind, dtype })
  const v = r.tensor(label('v'), [M, K * D], { kind, dtype })
  linear('q_proj', n1, qRaw)
  linear('k_proj', n1, kRaw)
  linear('v_proj', n1, v)
  // A norm over each head writes a new tensor, since its backward needs the raw one; otherwise RoPE turns q and k in
  // place.
  const q = w.qNorm ? r.tensor(label('q'), [M, H * D], { kind, dtype }) : qRaw
  const k = w.kNorm ? r.tensor(label('k'), [M, K * D], { kind, dtype }) : kRaw
  if (w.qNorm) rmsnormForward(r, { x: qRaw, weight: w.qNorm, y: q, rows: M * H, C: D, eps })
  if (w.kNorm) rmsnormForward(r, { x: kRaw, weight: w.kNorm, y: k, rows: M * K, C: D, eps })
  if (c.layerKinds[layer].rope) {
    rope(r, { x: q, positions: ctx.positions, table: ctx.rope, M, heads: H, D })
    rope(r, { x: k, positions: ctx.positions, table: ctx.rope, M, heads: K, D })
  }

  const attended = r.tensor(label('attended'), [M, H * D], { kind, dtype })
  const first = ctx.cache?.first ?? 0
  if (ctx.cache) {
    rowsAppend(r, { x: k, cache: ctx.cache.k[layer], n: M * K * D, first: first * K * D })
    rowsAppend(r, { x: v, cache: ctx.cache.v[layer], n: M * K * D, first: first * K * D })
  }
  attentionForward(r, {
    B,
    Tq: T,
    Tk: first + T,
    first,
    H,
    K,
    D,
    segments: ctx.segments,
    chunking: ctx.chunking,
    q,
    k: ctx.cache ? ctx.cache.k[layer] : k,
    v: ctx.cache ? ctx.cache.v[layer] : v,
    out: attended,
    probs: ctx.probs,
  })
  const attentionOut = r.tensor(label('attention out'), [M, C], { kind: 'scratch' })
  linear('o_proj', attended, attentionOut)

  const xMid = r.tensor(label('x mid'), [M, C], { kind })
  const n2 = r.tensor(label('norm 2'), [M, C], { kind: 'scratch', dtype })
  rmsnormForward(r, { x, weight: w.postNorm, y: n2, rows: M, C, eps, add: { delta: attentionOut, xOut: xMid } })
  const gate = r.tensor(label('gate'), [M, F], { kind, dtype })
  const up = r.tensor(label('up'), [M, F], { kind, dtype })
  linear('gate_proj', n2, gate)
  linear('up_proj', n2, up)
  const act = r.tensor(label('act'), [M, F], { kind: 'scratch' })
  swigluForward(r, { gate, up, act, n: M * F })
  const delta = r.tensor(label('delta'), [M, C], { kind: 'scratch' })
  linear('down_proj', act, recompute ? null : delta)
  return { output: { x: xMid, delta }, kept: { x, xMid, qRaw, kRaw, q, k, v, attended, gate, up, low } }
}

/**
 * Backward through a layer. `dx` [M, C] holds the gradient of the layer's output (x and delta share it) and is turned
 * in place into that of its input; with `lowest` nothing below is trained and the input's gradient is not computed.
 * Overwrites kept.gate and kept.up where they are f32.
 */
export function layerBackward(
  ctx: LayerContext,
  layer: number,
  w: LayerWeights,
  kept: LayerActivations,
  dx: Tensor,
  lowest: boolean,
): void {
  const { r, config: c, B, T } = ctx
  const M = B * T
  const { hiddenSize: C, intermediateSize: F, heads: H, kvHeads: K, headDim: D, rmsNormEps: eps } = c
  const scratch = (name: string, width: number, dtype: 'f32' | 'f16' = 'f32'): Tensor =>
    r.tensor(`layer ${layer} ${name}`, [M, width], { kind: 'scratch', dtype })
  const back = (projection: Projection, x: Tensor, dy: Tensor, into: Tensor | null, accumulate = false): void =>
    adaptedBackward(ctx, { layer, projection, w }, { x, low: kept.low[projection], dy, dx: into, accumulate })

  const act = scratch('act again', F)
  swigluForward(r, { gate: kept.gate, up: kept.up, act, n: M * F })
  const dact = scratch('dact', F)
  back('down_proj', act, dx, dact)
  // f32 activations are overwritten by their gradients; f16 ones would lose them.
  const dgate = ctx.activation === 'f32' ? kept.gate : scratch('dgate', F)
  const dup = ctx.activation === 'f32' ? kept.up : scratch('dup', F)
  swigluBackward(r, { dact, gate: kept.gate, up: kept.up, dgate, dup, n: M * F })
  const n2 = scratch('norm 2 again', C, ctx.activation)
  rmsnormForward(r, { x: kept.xMid, weight: w.postNorm, y: n2, rows: M, C, eps })
  const dn2 = scratch('dnorm 2', C)
  back('gate_proj', n2, dgate, dn2)
  back('up_proj', n2, dup, dn2, true)
  rmsnormBackward(r, { x: kept.xMid, weight: w.postNorm, dy: dn2, dx, rows: M, C, eps, accumulate: true })

  const dattended = scratch('dattended', H * D)
  back('o_proj', kept.attended, dx, dattended)
  let dq = scratch('dq', H * D)
  let dk = scratch('dk', K * D)
  const dv = scratch('dv', K * D)
  attentionBackward(r, {
    B,
    Tq: T,
    Tk: T,
    first: 0,
    H,
    K,
    D,
    segments: ctx.segments,
    chunking: ctx.chunking,
    q: kept.q,
    k: kept.k,
    v: kept.v,
    dout: dattended,
    dq,
    dk,
    dv,
    probs: ctx.probs,
    dprobs: ctx.adapter!.training!.dprobs,
  })
  if (c.layerKinds[layer].rope) {
    rope(r, { x: dq, positions: ctx.positions, table: ctx.rope, M, heads: H, D, backward: true })
    rope(r, { x: dk, positions: ctx.positions, table: ctx.rope, M, heads: K, D, backward: true })
  }
  if (w.qNorm) {
    const raw = scratch('dq raw', H * D)
    rmsnormBackward(r, { x: kept.qRaw, weight: w.qNorm, dy: dq, dx: raw, rows: M * H, C: D, eps })
    dq = raw
  }
  if (w.kNorm) {
    const raw = scratch('dk raw', K * D)
    rmsnormBackward(r, { x: kept.kRaw, weight: w.kNorm, dy: dk, dx: raw, rows: M * K, C: D, eps })
    dk = raw
  }
  const n1 = scratch('norm 1 again', C, ctx.activation)
  rmsnormForward(r, { x: kept.x, weight: w.inputNorm, y: n1, rows: M, C, eps })
  const dn1 = lowest ? null : scratch('dnorm 1', C)
  back('q_proj', n1, dq, dn1)
  back('k_proj', n1, dk, dn1, true)
  back('v_proj', n1, dv, dn1, true)
  if (dn1) rmsnormBackward(r, { x: kept.x, weight: w.inputNorm, dy: dn1, dx, rows: M, C, eps, accumulate: true })
}
