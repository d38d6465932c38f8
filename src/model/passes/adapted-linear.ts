import type { Tensor } from '../../gpu/tensor'
import { dropout } from '../../ops/dropout'
import { linearBackwardX, linearForward } from '../../ops/linear'
import { matmul } from '../../ops/matmul'
import type { LayerContext } from './layer-context'
import { PROJECTIONS, type Projection } from '../../contracts/model'
import { type LayerWeights } from '../weights'
import { linearShape } from '../../architecture/names'

/** Which linear of which layer, and the layer's weights. */
export interface LinearPlace {
  layer: number
  projection: Projection
  w: LayerWeights
}

/** y = W x + bias + scale B (A drop(x)); returns A drop(x), which the backward pass needs (y null: only that). */
export function adaptedForward(
  ctx: LayerContext,
  { layer, projection, w }: LinearPlace,
  { x, y, kind }: { x: Tensor; y: Tensor | null; kind: string },
): Tensor | null {
  const { r, adapter } = ctx
  const M = ctx.B * ctx.T
  const { weight, bias } = w.linears[projection]
  if (y) linearForward(r, { weight, x, y, M, bias: bias ?? undefined, slab: ctx.slab, single: ctx.cache?.single })
  const pair = adapter?.get(layer, projection)
  if (!adapter || !pair) return null
  const [N, K] = linearShape(ctx.config, projection)
  const rank = pair.A.shape[0]
  const low = r.tensor(`layer ${layer} ${projection} low`, [M, rank], { kind })
  matmul(r, { a: droppedInput(ctx, layer, projection, x, K), b: pair.A, c: low, M, N: rank, K, bTransposed: true })
  if (y)
    matmul(r, { a: low, b: pair.B, c: y, M, N, K: rank, bTransposed: true, alpha: adapter.scale, accumulate: true })
  return low
}

/** Dropout applies to the adapter's branch alone, with a mask of its own for every adapted linear, as in PEFT. */
function droppedInput(ctx: LayerContext, layer: number, projection: Projection, x: Tensor, K: number): Tensor {
  const training = ctx.adapter?.training
  if (!training || training.dropout === 0) return x
  const M = ctx.B * ctx.T
  const y = ctx.r.tensor(`layer ${layer} ${projection} dropped`, [M, K], { kind: 'scratch', dtype: x.dtype })
  dropout(ctx.r, { run: training.run, x, y, n: M * K, site: maskSite(layer, projection), rate: training.dropout })
  return y
}

function maskSite(layer: number, projection: Projection): number {
  return layer * PROJECTIONS.length + PROJECTIONS.indexOf(projection)
}

/**
 * Backward through an adapted linear: adds the gradients of A and B, and writes (or adds) dx unless nobody reads it.
 * dA += (scale dy B)^T x,  dB += scale dy^T (x A^T),  dx (+)= dy W + (scale dy B) A.  BA and dW are never formed.
 */
export function adaptedBackward(
  ctx: LayerContext,
  { layer, projection, w }: LinearPlace,
  o: { x: Tensor; low: Tensor | undefined; dy: Tensor; dx: Tensor | null; accumulate?: boolean },
): void {
  const { r, adapter } = ctx
  const M = ctx.B * ctx.T
  const [N, K] = linearShape(ctx.config, projection)
  if (o.dx)
    linearBackwardX(r, {
      weight: w.linears[projection].weight,
      dy: o.dy,
      dx: o.dx,
      M,
      slab: ctx.slab,
      accumulate: o.accumulate,
    })
  const pair = adapter?.get(layer, projection)
  if (!adapter?.training || !pair || !o.low) return
  const { gradient, dropout: rate, run } = adapter.training
  const into = gradient(layer, projection)
  const rank = pair.A.shape[0]
  const dlow = r.tensor(`layer ${layer} ${projection} dlow`, [M, rank], { kind: 'scratch' })
  matmul(r, { a: o.dy, b: pair.B, c: dlow, M, N: rank, K: N, alpha: adapter.scale })
  matmul(r, {
    a: o.dy,
    b: o.low,
    c: into.B,
    M: N,
    N: rank,
    K: M,
    aTransposed: true,
    alpha: adapter.scale,
    accumulate: true,
  })
  const x = droppedInput(ctx, layer, projection, o.x, K)
  matmul(r, { a: dlow, b: x, c: into.A, M: rank, N: K, K: M, aTransposed: true, accumulate: true })
  if (!o.dx) return
  if (rate === 0) {
    matmul(r, { a: dlow, b: pair.A, c: o.dx, M, N: K, K: rank, accumulate: true })
  } else {
    const branch = r.tensor(`layer ${layer} ${projection} branch`, [M, K], { kind: 'scratch' })
    matmul(r, { a: dlow, b: pair.A, c: branch, M, N: K, K: rank })
    dropout(r, { run, x: branch, y: o.dx, n: M * K, site: maskSite(layer, projection), rate, accumulate: true })
  }
}
