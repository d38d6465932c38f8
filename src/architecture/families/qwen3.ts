import { optionalWindows, type Family } from '../family'

/** Source: transformers 5.23, models/qwen3: llama with norms over each head of q and k. */
export const qwen3: Family = {
  id: 'qwen3',
  classes: ['Qwen3ForCausalLM'],
  covers: 'dense Qwen3',
  defaults: { maxPosition: 32768, bos: null, eos: [], headDim: 128, kvHeads: null, tied: false, ropeTheta: 10_000 },
  fixed: { attention_bias: false, mlp_bias: false },
  biases: [],
  tokenizerClass: { otherwise: 'Qwen2Tokenizer' },
  gguf: { architecture: 'qwen3', interleaved: false, ropeDivisors: false, unrotatedEvery: null },
  qkNorm: true,
  windows: optionalWindows,
}
