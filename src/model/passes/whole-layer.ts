import type { Tensor } from '../../gpu/tensor'
import { groupBackward, groupForward, groupGradients, type RowSource } from '../../ops/adapted'
import { attentionBackward, attentionForward } from '../../ops/attention'
import type { Dropout } from '../../ops/dropout'
import { headsBackward, headsForward, type HeadsShape } from '../../ops/heads'
import { extraColumns, type LinearGroup } from '../../ops/linear-group'
import { rmsnormBackward, rmsnormForward } from '../../ops/rmsnorm'
import type { LayerWeights } from '../weights'
import { GROUPS, groupBias, layerGroup, type GroupName } from './layer-groups'
import type { LayerContext, Residual } from './layer-context'

/**
 * What the backward pass of a layer reads. Normed inputs and the SwiGLU product are cheap and computed again. Tensors
 * that are left sides of a product are wider by the columns of its low products.
 */
export interface LayerActivations {
  /** Residual stream at the layer's input [M, C]. */
  x: Tensor
  /** After attention [M, C]. */
  xMid: Tensor
  /** q, k and v side by side, as the product left them; turned in place where there is no norm over each head. */
  qkv: Tensor
  /** q and k, normed and turned: `qkv` itself where there is no norm. */
  heads: Tensor
  attended: Tensor
  /** gate and up side by side. */
  gateUp: Tensor
  /** drop(x) A^T of each adapted group. */
  low: Partial<Record<GroupName, Tensor>>
}

/** Sizes and groups that both directions share. */
function layerParts(ctx: LayerContext, layer: number, w: LayerWeights) {
  const { config: c, adapter } = ctx
  const groups = Object.fromEntries(
    (Object.keys(GROUPS) as GroupName[]).map((name) => [name, layerGroup(c, w, adapter, layer, name)]),
  ) as Record<GroupName, LinearGroup>
  const [Q, KV] = [c.heads * c.headDim, c.kvHeads * c.headDim]
  const training = adapter?.training
  const dropout: Dropout | null =
    training && training.dropout > 0 ? { run: training.run, rate: training.dropout } : null
  const extra = (name: GroupName): number => extraColumns(groups[name])
  // Gradients take gate's and up's place and bring their low products along; f16 would lose them.
  const gatePitch = groups.feedForward.N + (training && ctx.activation === 'f32' ? extra('feedForward') : 0)
  return { M: ctx.B * ctx.T, Q, KV, groups, dropout, extra, gatePitch }
}

/** Each token of a line sees the line's own before it. */
function attentionShape({ config: c, B, T, segments, chunking, probs }: LayerContext) {
  return { B, Tq: T, Tk: T, first: 0, H: c.heads, K: c.kvHeads, D: c.headDim, segments, chunking, probs }
}

function headsOf(
  ctx: LayerContext,
  layer: number,
  w: LayerWeights,
  qkv: Tensor,
): Omit<HeadsShape, 'M'> & { turns: boolean } {
  const { config: c } = ctx
  const turns = c.layerKinds[layer].rope
  return {
    turns,
    heads: c.heads + c.kvHeads,
    queryHeads: c.heads,
    D: c.headDim,
    norm:
      w.qNorm && w.kNorm
        ? { raw: qkv, pitch: (c.heads + 2 * c.kvHeads) * c.headDim, q: w.qNorm, k: w.kNorm, eps: c.rmsNormEps }
        : undefined,
    rope: turns ? { positions: ctx.positions, table: ctx.rope } : undefined,
  }
}

/**
 * One transformer layer over whole lines. `input.delta` is added by the first norm and the sum kept as the layer's x;
 * the output's delta is the feed-forward block's, added by whoever reads it. `recompute` rebuilds only what the
 * backward pass reads: the output's delta is left out.
 */
export function wholeLayerForward(
  ctx: LayerContext,
  layer: number,
  w: LayerWeights,
  input: Residual,
  kind: string,
  recompute = false,
): { output: Residual; kept: LayerActivations } {
  const { r, config: c, activation: dtype, slab } = ctx
  const { M, Q, KV, groups, dropout, extra, gatePitch } = layerParts(ctx, layer, w)
  const { hiddenSize: C, intermediateSize: F, rmsNormEps: eps } = c
  const low: LayerActivations['low'] = {}
  const tensor = (name: string, width: number, o: { kind: string; dtype?: 'f32' | 'f16' }): Tensor =>
    r.tensor(`layer ${layer} ${name}`, [M, width], o)
  const product = (
    name: GroupName,
    x: Tensor,
    y: Tensor | null,
    o: { yPitch?: number; source?: RowSource } = {},
  ): void => {
    const group = groups[name]
    if (group.parts.length > 0) low[name] = tensor(`${name} low`, extra(name), { kind })
    groupForward(r, { group, x, y, low: low[name] ?? null, bias: groupBias(w, name), M, slab, dropout, ...o })
  }

  const x = input.delta ? tensor('x', C, { kind: 'checkpoints' }) : input.x
  const n1 = tensor('norm 1', C + extra('attention'), { kind: 'scratch', dtype })
  rmsnormForward(r, {
    x: input.x,
    weight: w.inputNorm,
    y: n1,
    rows: M,
    C,
    eps,
    pitch: C + extra('attention'),
    add: input.delta ? { delta: input.delta, xOut: x } : undefined,
  })
  const qkv = tensor('q, k, v', Q + 2 * KV, { kind, dtype })
  product('attention', n1, qkv)
  const { turns, ...shape } = headsOf(ctx, layer, w, qkv)
  // A norm over each head writes a new tensor, since its backward needs the raw one.
  const heads = shape.norm ? tensor('heads', Q + KV, { kind, dtype }) : qkv
  const pitch = shape.norm ? Q + KV : Q + 2 * KV
  if (shape.norm || turns) headsForward(r, { ...shape, M, x: heads, pitch })

  const attended = tensor('attended', Q + extra('output'), { kind, dtype })
  attentionForward(r, {
    ...attentionShape(ctx),
    q: { tensor: heads, at: 0, row: pitch },
    k: { tensor: heads, at: Q, row: pitch },
    v: { tensor: qkv, at: Q + KV, row: Q + 2 * KV },
    out: { tensor: attended, at: 0, row: Q + extra('output') },
  })
  const attentionOut = tensor('attention out', C, { kind: 'scratch' })
  product('output', attended, attentionOut)

  const xMid = tensor('x mid', C, { kind })
  const n2 = tensor('norm 2', C + extra('feedForward'), { kind: 'scratch', dtype })
  rmsnormForward(r, {
    x,
    weight: w.postNorm,
    y: n2,
    rows: M,
    C,
    eps,
    pitch: C + extra('feedForward'),
    add: { delta: attentionOut, xOut: xMid },
  })
  const gateUp = tensor('gate, up', gatePitch, { kind, dtype })
  product('feedForward', n2, gateUp, { yPitch: gatePitch })
  const delta = tensor('delta', C, { kind: 'scratch' })
  if (!recompute || groups.down.parts.length > 0) {
    const act = tensor('act', F + extra('down'), { kind: 'scratch' })
    product('down', act, recompute ? null : delta, { source: { kind: 'swiglu', gateUp, pitch: gatePitch } })
  }
  return { output: { x: xMid, delta }, kept: { x, xMid, qkv, heads, attended, gateUp, low } }
}

/**
 * Backward through a layer. `dx`, rows of `pitch` elements, holds the gradient of the layer's output (x and delta share
 * it) and is turned in place into that of its input; with `lowest` nothing below is trained and the input's gradient is
 * not computed. Overwrites kept.gateUp where it is f32.
 */
export function wholeLayerBackward(
  ctx: LayerContext,
  layer: number,
  w: LayerWeights,
  kept: LayerActivations,
  { tensor: dx, pitch: dxPitch }: { tensor: Tensor; pitch: number },
  lowest: boolean,
): void {
  const { r, config: c, slab } = ctx
  const { M, Q, KV, groups, dropout, extra, gatePitch } = layerParts(ctx, layer, w)
  const { hiddenSize: C, intermediateSize: F, rmsNormEps: eps } = c
  const scratch = (name: string, width: number): Tensor =>
    r.tensor(`layer ${layer} ${name}`, [M, width], { kind: 'scratch' })
  const back = (name: GroupName, dy: Tensor, pitch: number, into: Tensor | null, source?: RowSource): void =>
    groupBackward(r, { group: groups[name], dy, pitch, dx: into, M, slab, dropout, source })
  const gradients = (name: GroupName, x: Tensor, xPitch: number, dy: Tensor, pitch: number): void => {
    const low = kept.low[name]
    if (!low) return
    const into = GROUPS[name].flatMap((projection) =>
      ctx.adapter!.get(layer, projection) ? [ctx.adapter!.training!.gradient(layer, projection)] : [],
    )
    groupGradients(r, { group: groups[name], into, x, xPitch, low, dy, pitch, M, dropout })
  }

  const dact = scratch('dact', F)
  back('down', dx, dxPitch, dact)
  const inPlace = ctx.activation === 'f32'
  const dPitch = 2 * F + extra('feedForward')
  const dGateUp = inPlace ? kept.gateUp : scratch('dgate, dup', dPitch)
  const dn2 = scratch('dnorm 2', C)
  back('feedForward', dGateUp, dPitch, dn2, {
    kind: 'swiglu_back',
    dact,
    kept: inPlace ? null : { gateUp: kept.gateUp, pitch: gatePitch },
  })
  gradients('down', dact, F, dx, dxPitch)
  rmsnormBackward(r, {
    x: kept.xMid,
    weight: w.postNorm,
    dy: dn2,
    dx,
    rows: M,
    C,
    eps,
    accumulate: true,
    pitch: dxPitch,
    again: kept.low.feedForward !== undefined,
  })
  gradients('feedForward', dn2, C, dGateUp, dPitch)

  const dattended = scratch('dattended', Q)
  back('output', dx, dxPitch, dattended)
  gradients('output', kept.attended, Q + extra('output'), dx, dxPitch)
  const { turns, ...shape } = headsOf(ctx, layer, w, kept.qkv)
  const headPitch = shape.norm ? Q + KV : Q + 2 * KV
  const pitch = Q + 2 * KV + extra('attention')
  const dqkv = scratch('dq, dk, dv', pitch)
  attentionBackward(r, {
    ...attentionShape(ctx),
    q: { tensor: kept.heads, at: 0, row: headPitch },
    k: { tensor: kept.heads, at: Q, row: headPitch },
    v: { tensor: kept.qkv, at: Q + KV, row: Q + 2 * KV },
    dout: dattended,
    dq: { tensor: dqkv, at: 0, row: pitch },
    dk: { tensor: dqkv, at: Q, row: pitch },
    dv: { tensor: dqkv, at: Q + KV, row: pitch },
    dprobs: ctx.adapter!.training!.dprobs,
  })
  if (lowest && !kept.low.attention) return
  if (shape.norm) headsBackward(r, { ...shape, M, x: dqkv, pitch })
  const turnBack: RowSource | undefined =
    turns && !shape.norm
      ? { kind: 'rope_back', positions: ctx.positions, table: ctx.rope, heads: shape.heads, D: shape.D }
      : undefined
  const n1 = scratch(lowest ? 'norm 1 again' : 'dnorm 1', C)
  back('attention', dqkv, pitch, lowest ? null : n1, turnBack)
  if (lowest) {
    rmsnormForward(r, { x: kept.x, weight: w.inputNorm, y: n1, rows: M, C, eps })
  } else {
    rmsnormBackward(r, {
      x: kept.x,
      weight: w.inputNorm,
      dy: n1,
      dx,
      rows: M,
      C,
      eps,
      accumulate: true,
      pitch: dxPitch,
      again: kept.low.attention !== undefined,
    })
  }
  gradients('attention', n1, C, dqkv, pitch)
}
