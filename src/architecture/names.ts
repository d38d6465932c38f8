import { PROJECTIONS, type LinearModule, type ModelConfig, type Projection } from '../contracts/model'

/** Tensors outside the layers, as transformers names them. */
export const EMBEDDING = 'model.embed_tokens.weight'
export const FINAL_NORM = 'model.norm.weight'
export const HEAD = 'lm_head.weight'

/** The module that bitsandbytes leaves in 16 or 32 bits unless told otherwise. */
export const HEAD_MODULE = 'lm_head'

/** `model.layers.3.`: what the names of a layer's tensors begin with. */
const layerPath = (layer: number): string => `model.layers.${layer}`

/** `self_attn.q_proj` or `mlp.gate_proj`: the module's path inside a layer. */
export function modulePath(projection: Projection): string {
  const block =
    projection === 'gate_proj' || projection === 'up_proj' || projection === 'down_proj' ? 'mlp' : 'self_attn'
  return `${block}.${projection}`
}

/** Where a linear stands in the whole model, without ".weight". */
export const linearPath = (layer: number, projection: Projection): string =>
  `${layerPath(layer)}.${modulePath(projection)}`

/** Names of a layer's tensors that are no linears' weights; null where the family has none. */
export function layerNames({ block }: ModelConfig, layer: number) {
  const path = layerPath(layer)
  const headNorm = (which: 'q' | 'k') => (block.qkNorm ? `${path}.self_attn.${which}_norm.weight` : null)
  return {
    inputNorm: `${path}.input_layernorm.weight`,
    postNorm: `${path}.post_attention_layernorm.weight`,
    qNorm: headNorm('q'),
    kNorm: headNorm('k'),
    bias: (projection: Projection) =>
      block.biases.includes(projection) ? `${linearPath(layer, projection)}.bias` : null,
  }
}

/** The shape [out, in] of a linear. */
export function linearShape(c: ModelConfig, projection: Projection): [number, number] {
  const q = c.heads * c.headDim
  const kv = c.kvHeads * c.headDim
  switch (projection) {
    case 'q_proj':
      return [q, c.hiddenSize]
    case 'k_proj':
    case 'v_proj':
      return [kv, c.hiddenSize]
    case 'o_proj':
      return [c.hiddenSize, q]
    case 'gate_proj':
    case 'up_proj':
      return [c.intermediateSize, c.hiddenSize]
    case 'down_proj':
      return [c.hiddenSize, c.intermediateSize]
  }
}

/** Every linear that an adapter may change, layer by layer. */
export function linearModules(config: ModelConfig): LinearModule[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    PROJECTIONS.map((projection) => {
      const [outFeatures, inFeatures] = linearShape(config, projection)
      return { path: linearPath(layer, projection), layer, projection, outFeatures, inFeatures }
    }),
  ).flat()
}

/** The tensor that gives the logits: the embedding itself where they are tied. */
export const headTensor = (config: ModelConfig): string => (config.tieWordEmbeddings ? EMBEDDING : HEAD)
