import { fail } from '../../errors/index'

/** Names inside a block: transformers' module path and GGUF's. */
const IN_BLOCK: Record<string, string> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
}
const OUTSIDE: Record<string, string> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
}

/**
 * GGUF's name of a tensor that transformers calls `name`. Throws 'gguf-no-name' where GGUF has none.
 *
 * Source: `gguf` 0.19, `tensor_mapping.py`.
 */
export function ggufName(name: string): string {
  const match = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name)
  const inner = match ? IN_BLOCK[match[2]] : undefined
  const found = match && inner ? `blk.${match[1]}.${inner}.${match[3]}` : OUTSIDE[name]
  if (!found) throw fail('gguf-no-name', { tensor: name })
  return found
}
