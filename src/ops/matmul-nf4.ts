import adaptedWgsl from '../../shaders/adapted-shared.wgsl?raw'
import weightsWgsl from '../../shaders/adapted-weights.wgsl?raw'
import sharedWgsl from '../../shaders/matmul-shared.wgsl?raw'
import nf4Wgsl from '../../shaders/matmul-nf4.wgsl?raw'
import tileWgsl from '../../shaders/matmul-workgroup.wgsl?raw'
import valuesWgsl from '../../shaders/nf4-values.wgsl?raw'
import type { Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'
import type { Nf4VariantName, Tuning, WorkgroupTile } from '../gpu/tuning'
import { extraColumns, kindOf, pageOf, partParams, placedWeights, weightParams, type LinearGroup } from './linear-group'
import { fillsTiles, productParams } from './matmul'
import { MATMUL_VARIANTS } from './matmul-variants'
import { weightTensor, type Nf4Weight } from './nf4'

const source = {
  name: 'matmul_nf4',
  wgsl: sharedWgsl + valuesWgsl + adaptedWgsl + weightsWgsl + nf4Wgsl + tileWgsl,
}

/** For products that would leave cores idle, or most of a tile empty, with the tile that was chosen. */
export const SMALL_TILE: WorkgroupTile = 'workgroup 4x4 of 8'

export const nf4VariantName = (tile: WorkgroupTile): Nf4VariantName => `nf4 ${tile}`

/**
 * The tile in which the product of a group decodes its weights on this device; null: they are unpacked into the slab
 * first. Depends on nothing but group and device, since the slab is allocated by it: weights of one kind of NF4 whose
 * sizes move in vectors.
 */
export function nf4Tile(group: LinearGroup, tuning: Tuning, way: 'forward' | 'backward'): WorkgroupTile | null {
  const tile = tuning.nf4InTile[way]
  if (!tile || tuning.refused.includes(nf4VariantName(tile))) return null
  const { weights, K, parts, rank } = group
  const four = (size: number): boolean => size % 4 === 0
  const fits =
    weights.every((weight) => weight.kind === 'nf4' && four(weight.N) && kindOf(weight) === kindOf(weights[0])) &&
    K % 8 === 0 &&
    (parts.length === 0 || four(rank))
  return fits ? tile : null
}

/**
 * The product of a group with its weights as they are stored: forward c [M, N] = a [W | scale B]^T (+ bias), a [M, K]
 * with the low products behind; backward c [M, K] = a [W above A], a [M, N] likewise. `adapter`: whether those are part
 * of it. Pitches are multiples of 4. The same sums in the same order as from the slab.
 */
export function nf4Product(
  r: Recorder,
  o: {
    group: LinearGroup
    way: 'forward' | 'backward'
    tile: WorkgroupTile
    /** Not a smaller one where that fits better; it is then up to the caller whether its numbers are right. */
    exact: boolean
    a: Tensor
    aPitch: number
    c: Tensor
    cPitch: number
    M: number
    adapter: boolean
    bias: Tensor | null
  },
): void {
  const { group, M, way } = o
  const { weights, parts, rank, scale } = group
  if (o.aPitch % 4 !== 0 || o.cPitch % 4 !== 0) throw new Error(`${o.a.label}: rows that do not move in vectors`)
  const [N, weightsK] = way === 'forward' ? [group.N, group.K] : [group.K, group.N]
  const adapted = o.adapter && parts.length > 0
  const K = weightsK + (adapted ? extraColumns(group) : 0)
  const tile = o.exact || fillsTiles(o.tile, { M, N, Z: 1 }, r.tuning) ? o.tile : SMALL_TILE
  const { defines, rows, columns } = MATMUL_VARIANTS[tile]
  const step = columnsAtOnce(N, weightsK, r.tuning.slabElements)
  for (let first = 0; first < N; first += step) {
    r.dispatch({
      source,
      defines: {
        UNROLL: r.tuning.unrolls ? defines.BK : 1,
        A_TRANS: false,
        B_TRANS: way === 'forward',
        AV: 1,
        CV: 1,
        WIDE: 4,
        BIAS: o.bias !== null,
        ACC: 0,
        CAUSAL: 0,
        KIND: kindOf(weights[0]),
        W0: true,
        W1: weights.length > 1,
        W2: weights.length > 2,
        ADAPTED: adapted,
        BACKWARD: way === 'backward',
        VECTOR: 'vec4<f32>',
        V: true,
        WIDE_OF_A: 'N',
        ALIGNED: group.K % 64 === 0,
        TABLE: true,
        ...defines,
      },
      tensors: {
        a: o.a,
        c: o.c,
        ...Object.fromEntries(weights.map((weight, i) => [`w${i}`, weightTensor(weight as Nf4Weight)])),
        ...(adapted ? { page: pageOf(parts) } : {}),
        ...(o.bias ? { bias: o.bias } : {}),
      },
      params: {
        ...productParams({ M, N, K, lda: o.aPitch, ldc: o.cPitch, bTransposed: way === 'forward' }),
        first,
        weights_k: weightsK,
        rank,
        parts: parts.length,
        scale,
        ...partParams(parts),
        ...weightParams(placedWeights(group)),
      },
      workgroups: [Math.ceil(Math.min(step, N - first) / columns), Math.ceil(M / rows), 1],
      flops: 2 * M * Math.min(step, N - first) * K,
      // The small tile is verified with the one that was chosen.
      variant: o.exact ? undefined : nf4VariantName(o.tile),
    })
  }
}

/** Every tile's columns divide them. */
const TILES = 64

/**
 * Columns in one dispatch, whole tiles whichever it is: about as many weights as a slab would hold, so that none holds
 * the GPU longer than the product of a slab. Depends on the group alone, since the number of dispatches must.
 */
function columnsAtOnce(N: number, weightsK: number, slabElements: number): number {
  const parts = Math.ceil((N * weightsK) / slabElements)
  return Math.ceil(N / parts / TILES) * TILES
}
