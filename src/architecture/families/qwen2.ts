import { optionalWindows, type Family } from '../family'

/** Source: transformers 5.23, models/qwen2: llama with a bias on q, k and v. */
export const qwen2: Family = {
  id: 'qwen2',
  classes: ['Qwen2ForCausalLM'],
  covers: 'Qwen2, Qwen2.5',
  defaults: { maxPosition: 32768, bos: null, eos: [], headDim: null, kvHeads: null, tied: false, ropeTheta: 10_000 },
  // `attention_bias` is no option of this class: the biases are always there.
  fixed: { mlp_bias: false },
  biases: ['q_proj', 'k_proj', 'v_proj'],
  tokenizerClass: { always: 'Qwen2Tokenizer' },
  gguf: { architecture: 'qwen2', interleaved: false, ropeDivisors: false, unrotatedEvery: null },
  qkNorm: false,
  windows: optionalWindows,
}
