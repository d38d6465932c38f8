import type { Tensor } from '../../gpu/tensor'
import { attentionForward } from '../../ops/attention'
import { rmsnormForward } from '../../ops/rmsnorm'
import { rope } from '../../ops/rope'
import { rowsAppend } from '../../ops/rows'
import { swigluForward } from '../../ops/swiglu'
import { adaptedForward } from './adapted-linear'
import type { CachedContext, Residual } from './layer-context'
import type { Projection } from '../../contracts/model'
import type { LayerWeights } from '../weights'

/**
 * One transformer layer over the new tokens of a cached line. `input.delta` is added by the first norm; the output's
 * delta is the feed-forward block's, added by whoever reads it.
 */
export function layerForward(ctx: CachedContext, layer: number, w: LayerWeights, input: Residual): Residual {
  const { r, config: c, B, T, cache } = ctx
  const kind = 'scratch'
  const M = B * T
  const { hiddenSize: C, intermediateSize: F, heads: H, kvHeads: K, headDim: D, rmsNormEps: eps } = c
  const label = (name: string): string => `layer ${layer} ${name}`
  const linear = (projection: Projection, x: Tensor, y: Tensor): void =>
    adaptedForward(ctx, { layer, projection, w }, { x, y, kind })

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
  // RoPE turns q and k in place.
  const q = w.qNorm ? r.tensor(label('q'), [M, H * D], { kind, dtype }) : qRaw
  const k = w.kNorm ? r.tensor(label('k'), [M, K * D], { kind, dtype }) : kRaw
  if (w.qNorm) rmsnormForward(r, { x: qRaw, weight: w.qNorm, y: q, rows: M * H, C: D, eps })
  if (w.kNorm) rmsnormForward(r, { x: kRaw, weight: w.kNorm, y: k, rows: M * K, C: D, eps })
  if (c.layerKinds[layer].rope) {
    rope(r, { x: q, positions: ctx.positions, table: ctx.rope, M, heads: H, D })
    rope(r, { x: k, positions: ctx.positions, table: ctx.rope, M, heads: K, D })
  }

  const attended = r.tensor(label('attended'), [M, H * D], { kind, dtype })
  const { first } = cache
  const at = (cache.from + first) * K * D
  rowsAppend(r, { x: k, cache: cache.k[layer], n: M * K * D, first: at })
  rowsAppend(r, { x: v, cache: cache.v[layer], n: M * K * D, first: at })
  attentionForward(r, {
    B,
    Tq: T,
    Tk: first + T,
    first,
    keysFrom: cache.from,
    H,
    K,
    D,
    segments: ctx.segments,
    chunking: ctx.chunking,
    q,
    k: cache.k[layer],
    v: cache.v[layer],
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
  linear('down_proj', act, delta)
  return { x: xMid, delta }
}
