import type { Tensor } from '../../gpu/tensor'
import { linearForward } from '../../ops/linear'
import { matmul } from '../../ops/matmul'
import type { LayerContext } from './layer-context'
import { type Projection } from '../../contracts/model'
import { type LayerWeights } from '../weights'
import { linearShape } from '../../architecture/names'

/** Which linear of which layer, and the layer's weights. */
interface LinearPlace {
  layer: number
  projection: Projection
  w: LayerWeights
}

/** y = W x + bias + scale B (A x), for the few rows of an answer. */
export function adaptedForward(
  ctx: LayerContext,
  { layer, projection, w }: LinearPlace,
  { x, y, kind }: { x: Tensor; y: Tensor; kind: string },
): void {
  const { r, adapter } = ctx
  const M = ctx.B * ctx.T
  const { weight, bias } = w.linears[projection]
  linearForward(r, { weight, x, y, M, bias: bias ?? undefined, slab: ctx.slab })
  const pair = adapter?.get(layer, projection)
  if (!adapter || !pair) return
  const [N, K] = linearShape(ctx.config, projection)
  const rank = pair.A.shape[0]
  const low = r.tensor(`layer ${layer} ${projection} low`, [M, rank], { kind })
  matmul(r, { a: x, b: pair.A, c: low, M, N: rank, K, bTransposed: true })
  matmul(r, { a: low, b: pair.B, c: y, M, N, K: rank, bTransposed: true, alpha: adapter.scale, accumulate: true })
}
