import { describe, expect, it } from 'vitest'
import { TuneError } from '../../src/errors'
import { parseModelConfig } from '../../src/architecture/config'

const qwen2 = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  max_position_embeddings: 32768,
  rms_norm_eps: 1e-6,
  rope_theta: 1000000.0,
  vocab_size: 151936,
  tie_word_embeddings: true,
  eos_token_id: 151645,
  bos_token_id: 151643,
  hidden_act: 'silu',
  use_sliding_window: false,
  sliding_window: 32768,
  max_window_layers: 21,
}

function parse(change: Record<string, unknown> = {}) {
  return parseModelConfig(JSON.stringify({ ...qwen2, ...change }))
}

function codeOf(change: Record<string, unknown>): string {
  try {
    parse(change)
  } catch (error) {
    if (error instanceof TuneError) return error.code
    throw error
  }
  return 'no error'
}

describe('parseModelConfig', () => {
  it('reads a Qwen2.5 config', () => {
    expect(parse()).toMatchObject({
      family: 'qwen2',
      headDim: 64,
      kvHeads: 2,
      ropeTheta: 1e6,
      ropeScaling: null,
      tieWordEmbeddings: true,
      eosTokenIds: [151645],
      bosTokenId: 151643,
      padTokenId: null,
    })
  })

  it('reads the spelling of transformers 5', () => {
    const config = parse({ rope_theta: undefined, rope_parameters: { rope_theta: 5e5, rope_type: 'default' } })
    expect(config.ropeTheta).toBe(5e5)
    expect(config.ropeScaling).toBeNull()
  })

  it('takes rope_theta beside a v4 rope_scaling and inside a v5 rope_parameters alike', () => {
    const llama3 = {
      factor: 32,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
      rope_type: 'llama3',
    }
    const scaling = { type: 'llama3', factor: 32, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPosition: 8192 }
    const four = parse({ rope_theta: 5e5, rope_scaling: llama3 })
    const five = parse({ rope_theta: undefined, rope_parameters: { ...llama3, rope_theta: 5e5 } })
    expect([four.ropeTheta, four.ropeScaling]).toEqual([5e5, scaling])
    expect([five.ropeTheta, five.ropeScaling]).toEqual([5e5, scaling])
    expect(parse({ rope_scaling: { type: 'linear', factor: 2 } }).ropeScaling).toEqual({ type: 'linear', factor: 2 })
  })

  it('fills in what transformers fills in', () => {
    const bare = {
      rope_theta: undefined,
      tie_word_embeddings: undefined,
      num_key_value_heads: undefined,
      eos_token_id: undefined,
    }
    expect(parse(bare)).toMatchObject({ ropeTheta: 10000, tieWordEmbeddings: false, kvHeads: 14, eosTokenIds: [] })
    const llama = { ...bare, architectures: ['LlamaForCausalLM'], model_type: 'llama', bos_token_id: undefined }
    expect(parse(llama)).toMatchObject({ family: 'llama', bosTokenId: 1, eosTokenIds: [2], headDim: 64 })
    expect(parse({ architectures: ['Qwen3ForCausalLM'] }).headDim).toBe(128)
    expect(parse({ architectures: ['Qwen3ForCausalLM'], head_dim: 80 }).headDim).toBe(80)
    expect(parse({ eos_token_id: [1, 2] }).eosTokenIds).toEqual([1, 2])
    expect(parse({ architectures: undefined }).family).toBe('qwen2')
  })

  it('refuses what would compute something else', () => {
    expect(codeOf({ architectures: ['Gemma3ForCausalLM'] })).toBe('model-architecture')
    expect(codeOf({ architectures: ['Qwen2ForSequenceClassification'] })).toBe('model-architecture')
    expect(codeOf({ architectures: undefined, model_type: 'qwen2_moe' })).toBe('model-architecture')
    expect(codeOf({ hidden_act: 'gelu' })).toBe('model-option')
    expect(codeOf({ architectures: ['LlamaForCausalLM'], attention_bias: true })).toBe('model-option')
    expect(codeOf({ rope_scaling: { type: 'yarn', factor: 4 } })).toBe('model-rope-scaling')
    expect(codeOf({ hidden_size: undefined })).toBe('config-field')
    expect(codeOf({ num_key_value_heads: 3 })).toBe('config-field')
    expect(codeOf({ num_attention_heads: 13, num_key_value_heads: 13 })).toBe('config-field')
    expect(() => parseModelConfig('{"a":')).toThrowError(TuneError)
    expect(() => parseModelConfig('[]')).toThrowError(TuneError)
  })

  it('lets a sliding window pass only where it never slides', () => {
    const used = { use_sliding_window: true, sliding_window: 4096 }
    expect(codeOf(used)).toBe('model-sliding-window')
    expect(codeOf({ ...used, max_window_layers: 24 })).toBe('no error')
    expect(codeOf({ ...used, sliding_window: 32768 })).toBe('no error')
    expect(codeOf({ ...used, layer_types: Array(24).fill('full_attention') })).toBe('no error')
    expect(codeOf({ use_sliding_window: false, sliding_window: 4096 })).toBe('no error')
    // Mistral's class fills in a window where v0.1 leaves the field out; later versions say null.
    const mistral = { architectures: ['MistralForCausalLM'], sliding_window: undefined }
    expect(codeOf(mistral)).toBe('model-sliding-window')
    expect(codeOf({ ...mistral, sliding_window: null })).toBe('no error')
    // SmolLM3's windows stand on the layers that do not rotate.
    const smollm3 = { architectures: ['SmolLM3ForCausalLM'], ...used }
    expect(codeOf(smollm3)).toBe('model-sliding-window')
    expect(codeOf({ ...smollm3, no_rope_layers: Array(24).fill(1) })).toBe('no error')
  })

  it('recognises bitsandbytes NF4 and nothing else', () => {
    const nf4 = {
      quant_method: 'bitsandbytes',
      load_in_4bit: true,
      bnb_4bit_quant_type: 'nf4',
      bnb_4bit_use_double_quant: true,
      bnb_4bit_compute_dtype: 'bfloat16',
      llm_int8_skip_modules: ['lm_head', 'model.layers.0.mlp'],
    }
    expect(parse({ quantization_config: nf4 }).quantization).toEqual({
      quantType: 'nf4',
      doubleQuant: true,
      computeDtype: 'bfloat16',
      skipModules: ['lm_head', 'model.layers.0.mlp'],
    })
    expect(codeOf({ quantization_config: { ...nf4, bnb_4bit_quant_type: 'fp4' } })).toBe('model-quantization')
    expect(codeOf({ quantization_config: { quant_method: 'bitsandbytes', load_in_8bit: true } })).toBe(
      'model-quantization',
    )
    expect(codeOf({ quantization_config: { quant_method: 'gptq', bits: 4 } })).toBe('model-quantization')
  })

  it('takes no list for a number, however deep it is', () => {
    let deep: unknown = 1
    for (let i = 0; i < 4000; i++) deep = [deep]
    expect(codeOf({ rope_theta: deep })).toBe('config-field')
    expect(codeOf({ rope_theta: [1e6] })).toBe('config-field')
  })

  it('names the field and what it should be', () => {
    try {
      parse({ hidden_size: 'big' })
    } catch (error) {
      expect((error as TuneError).message).toContain('"hidden_size" is "big" where a positive whole number is needed')
    }
  })
})
