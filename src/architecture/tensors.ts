import { PROJECTIONS, type ModelConfig } from '../contracts/model'
import { EMBEDDING, FINAL_NORM, HEAD, layerNames, linearPath, linearShape } from './names'

export interface ExpectedTensor {
  name: string
  shape: number[]
  /** What bitsandbytes may have turned into NF4: the block's linears, and the head. */
  linear: 'block' | 'head' | null
}

/** Every tensor that a causal language model of this configuration has, under transformers' names, embedding first. */
export function expectedTensors(config: ModelConfig): ExpectedTensor[] {
  const { hiddenSize: C, headDim: D, vocabSize: V } = config
  const list: ExpectedTensor[] = []
  const add = (name: string | null, shape: number[], linear: ExpectedTensor['linear'] = null) => {
    if (name !== null) list.push({ name, shape, linear })
  }

  add(EMBEDDING, [V, C])
  for (let layer = 0; layer < config.layers; layer++) {
    const names = layerNames(config, layer)
    add(names.inputNorm, [C])
    for (const projection of PROJECTIONS.slice(0, 4)) {
      add(`${linearPath(layer, projection)}.weight`, linearShape(config, projection), 'block')
    }
    for (const projection of PROJECTIONS) add(names.bias(projection), [linearShape(config, projection)[0]])
    add(names.qNorm, [D])
    add(names.kNorm, [D])
    add(names.postNorm, [C])
    for (const projection of PROJECTIONS.slice(4)) {
      add(`${linearPath(layer, projection)}.weight`, linearShape(config, projection), 'block')
    }
  }
  add(FINAL_NORM, [C])
  if (!config.tieWordEmbeddings) add(HEAD, [V, C], 'head')
  return list
}

/** Parameters of the model; a tied head counts once. */
export function parameterCount(config: ModelConfig): number {
  return expectedTensors(config).reduce((sum, tensor) => sum + tensor.shape.reduce((product, n) => product * n, 1), 0)
}
