import type { ModelConfig } from '../model/types'

export interface ExpectedTensor {
  name: string
  shape: number[]
  /** True for the seven projections and the head: what bitsandbytes may have turned into NF4. */
  linear: boolean
}

/** Every tensor that a causal language model of this configuration has, under transformers' names, embedding first. */
export function expectedTensors(config: ModelConfig): ExpectedTensor[] {
  const { hiddenSize: C, intermediateSize: F, headDim: D, vocabSize: V } = config
  const q = config.heads * D
  const kv = config.kvHeads * D
  const list: ExpectedTensor[] = []
  const add = (name: string, shape: number[], linear = false) => list.push({ name, shape, linear })

  add('model.embed_tokens.weight', [V, C])
  for (let i = 0; i < config.layers; i++) {
    const layer = `model.layers.${i}`
    add(`${layer}.input_layernorm.weight`, [C])
    add(`${layer}.self_attn.q_proj.weight`, [q, C], true)
    add(`${layer}.self_attn.k_proj.weight`, [kv, C], true)
    add(`${layer}.self_attn.v_proj.weight`, [kv, C], true)
    add(`${layer}.self_attn.o_proj.weight`, [C, q], true)
    if (config.family === 'qwen2') {
      add(`${layer}.self_attn.q_proj.bias`, [q])
      add(`${layer}.self_attn.k_proj.bias`, [kv])
      add(`${layer}.self_attn.v_proj.bias`, [kv])
    }
    if (config.family === 'qwen3') {
      add(`${layer}.self_attn.q_norm.weight`, [D])
      add(`${layer}.self_attn.k_norm.weight`, [D])
    }
    add(`${layer}.post_attention_layernorm.weight`, [C])
    add(`${layer}.mlp.gate_proj.weight`, [F, C], true)
    add(`${layer}.mlp.up_proj.weight`, [F, C], true)
    add(`${layer}.mlp.down_proj.weight`, [C, F], true)
  }
  add('model.norm.weight', [C])
  if (!config.tieWordEmbeddings) add('lm_head.weight', [V, C], true)
  return list
}

/** Parameters of the model; a tied head counts once. */
export function parameterCount(config: ModelConfig): number {
  return expectedTensors(config).reduce((sum, tensor) => sum + tensor.shape.reduce((product, n) => product * n, 1), 0)
}
