import { linearShape } from '../../architecture/names'
import { PROJECTIONS, type ModelConfig, type Projection } from '../../contracts/model'
import type { Tuning } from '../../gpu/tuning'
import { groupSlabElements } from '../../ops/adapted'
import { extraColumns, type LinearGroup } from '../../ops/linear-group'
import type { LayerWeights } from '../weights'
import type { LayerAdapter } from './layer-context'

/** Linears of a layer that read the same input, in the order in which their outputs stand side by side. */
export const GROUPS = {
  attention: ['q_proj', 'k_proj', 'v_proj'],
  output: ['o_proj'],
  feedForward: ['gate_proj', 'up_proj'],
  down: ['down_proj'],
} as const satisfies Record<string, readonly Projection[]>

export type GroupName = keyof typeof GROUPS

/** A group with its base weights and what of it is adapted. */
export function layerGroup(
  config: ModelConfig,
  w: LayerWeights,
  adapter: LayerAdapter | null,
  layer: number,
  name: GroupName,
): LinearGroup {
  const group: LinearGroup = { weights: [], N: 0, K: 0, parts: [], rank: 1, scale: adapter?.scale ?? 1 }
  for (const projection of GROUPS[name]) {
    const [N, K] = linearShape(config, projection)
    const pair = adapter?.get(layer, projection)
    if (pair) {
      // Dropout's mask is every adapted linear's own, as in PEFT.
      const site = layer * PROJECTIONS.length + PROJECTIONS.indexOf(projection)
      group.parts.push({ from: group.N, to: group.N + N, A: pair.A, B: pair.B, site })
      group.rank = pair.A.shape[0]
    }
    group.weights.push(w.linears[projection].weight)
    group.N += N
    group.K = K
  }
  return group
}

/** The bias of all columns of a group. */
export function groupBias(w: LayerWeights, name: GroupName): LayerWeights['joinedBiases']['attention'] {
  if (name === 'attention' || name === 'feedForward') return w.joinedBiases[name]
  return w.linears[GROUPS[name][0]].bias
}

/** Elements of the slab that all layers of a pass share; where none of them needs it, nothing is allocated. */
export function passSlabElements(
  config: ModelConfig,
  layers: LayerWeights[],
  adapter: LayerAdapter | null,
  tuning: Tuning,
): number {
  let most = 8
  for (const [layer, w] of layers.entries()) {
    for (const name of Object.keys(GROUPS) as GroupName[])
      most = Math.max(most, groupSlabElements(layerGroup(config, w, adapter, layer, name), tuning))
  }
  return most
}

/** Elements from row to row of the residual stream's gradient: it is a left side of two groups, with their room. */
export function residualPitch(config: ModelConfig, layers: LayerWeights[], adapter: LayerAdapter | null): number {
  let extra = 0
  for (const [layer, w] of layers.entries()) {
    for (const name of ['output', 'down'] as const)
      extra = Math.max(extra, extraColumns(layerGroup(config, w, adapter, layer, name)))
  }
  return config.hiddenSize + extra
}
