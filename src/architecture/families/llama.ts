import { noWindows, type Family } from '../family'

/** Source: transformers 5.23, models/llama. */
export const llama: Family = {
  id: 'llama',
  classes: ['LlamaForCausalLM'],
  covers: 'Llama, SmolLM2',
  defaults: { maxPosition: 2048, bos: 1, eos: [2], headDim: null, kvHeads: null, tied: false, ropeTheta: 10_000 },
  fixed: { attention_bias: false, mlp_bias: false },
  biases: [],
  tokenizerClass: {},
  gguf: { architecture: 'llama', interleaved: true, ropeDivisors: true, unrotatedEvery: null },
  qkNorm: false,
  windows: noWindows,
}
