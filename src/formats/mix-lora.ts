import type { LoraConfig, LoraPair, WeightedFolder } from '../contracts/lora'
import { PROJECTIONS } from '../contracts/model'
import type { LinearModule } from '../contracts/model'
import { loraScale } from './lora-scale'
import type { PeftAdapter } from './peft'
import { readPeft } from './read-peft'

export interface WeightedAdapter {
  lora: LoraConfig
  pairs: readonly LoraPair[]
  weight: number
}

/**
 * Several adapters of one model as one that changes its weights by their weighted sum, exactly: their A and B one after
 * the other, so that the ranks add up. Each A carries its adapter's scale and weight, and the scale of the whole is 1.
 *
 * Source: PEFT's `add_weighted_adapter` with `combination_type="cat"`; modules that one of them leaves alone get zeros.
 */
export function mixLora(adapters: readonly WeightedAdapter[]): { lora: LoraConfig; pairs: LoraPair[] } {
  const r = adapters.reduce((sum, { lora }) => sum + lora.r, 0)
  const targets = PROJECTIONS.filter((name) => adapters.some(({ lora }) => lora.target_modules.includes(name)))
  const lora: LoraConfig = { r, lora_alpha: r, lora_dropout: 0, target_modules: targets, use_rslora: false }
  const keys = new Map<string, LoraPair>()
  let from = 0
  for (const { lora: own, pairs, weight } of adapters) {
    const factor = weight * loraScale(own)
    for (const { layer, projection, inFeatures, outFeatures, A, B } of pairs) {
      const key = `${layer}.${projection}`
      const blank = () => ({ A: new Float32Array(r * inFeatures), B: new Float32Array(outFeatures * r) })
      const pair = keys.get(key) ?? { layer, projection, r, inFeatures, outFeatures, ...blank() }
      keys.set(key, pair)
      pair.A.set(
        A.map((value) => value * factor),
        from * inFeatures,
      )
      for (let row = 0; row < outFeatures; row++) pair.B.set(B.subarray(row * own.r, (row + 1) * own.r), row * r + from)
    }
    from += own.r
  }
  const order = (pair: LoraPair) => pair.layer * PROJECTIONS.length + targets.indexOf(pair.projection)
  return { lora, pairs: [...keys.values()].sort((a, b) => order(a) - order(b)) }
}

/** PEFT adapters of one model, read and added up; the base is the first one's. */
export async function readMixed(
  parts: readonly WeightedFolder[],
  linears: readonly LinearModule[],
): Promise<PeftAdapter> {
  const read = await Promise.all(parts.map(({ folder }) => readPeft(folder, linears)))
  const { lora, pairs } = mixLora(read.map((one, i) => ({ ...one, weight: parts[i].weight })))
  return { lora, pairs, baseModel: read[0].baseModel }
}
