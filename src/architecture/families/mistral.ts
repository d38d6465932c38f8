import { numberOr, type Family } from '../family'

/** Source: transformers 5.23, models/mistral: llama's arithmetic. v0.1 has a window, v0.2 and later say null. */
export const mistral: Family = {
  id: 'mistral',
  classes: ['MistralForCausalLM'],
  covers: 'Mistral from v0.2 on',
  defaults: { maxPosition: 131072, bos: 1, eos: [2], headDim: null, kvHeads: 8, tied: false, ropeTheta: 10_000 },
  fixed: {},
  biases: [],
  tokenizerClass: { always: '' },
  gguf: { architecture: 'llama', interleaved: true, ropeDivisors: true, unrotatedEvery: null },
  qkNorm: false,
  windows(raw, layers) {
    const window = raw.sliding_window === null ? null : numberOr(raw.sliding_window, 4096)
    return Array.from({ length: layers }, () => window)
  },
}
