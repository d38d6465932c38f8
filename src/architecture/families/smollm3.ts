import { numberOr, type Family, type RawConfig } from '../family'

/** Source: transformers 5.23, models/smollm3: llama, with layers whose q and k are not rotated. */
export const smollm3: Family = {
  id: 'smollm3',
  classes: ['SmolLM3ForCausalLM'],
  covers: 'SmolLM3',
  defaults: {
    maxPosition: 32768,
    bos: 128000,
    eos: [128001],
    headDim: null,
    kvHeads: 4,
    tied: true,
    ropeTheta: 2_000_000,
  },
  fixed: { attention_bias: false, mlp_bias: false },
  biases: [],
  tokenizerClass: {},
  gguf: { architecture: 'smollm3', interleaved: true, ropeDivisors: false, unrotatedEvery: 4 },
  qkNorm: false,
  ropeLayers,
  // Only the layers that do not rotate have a window, and only where both fields ask for one.
  windows(raw, layers) {
    const window = raw.use_sliding_window === true ? numberOr(raw.sliding_window, 0) : 0
    return ropeLayers(raw, layers).map((rope) => (window > 0 && !rope ? window : null))
  },
}

function ropeLayers(raw: RawConfig, layers: number): boolean[] {
  // In spite of its name the list says 1 where a layer does rotate.
  const given = Array.isArray(raw.no_rope_layers) ? raw.no_rope_layers.map(Boolean) : null
  const interval = numberOr(raw.no_rope_layer_interval, 4)
  return Array.from({ length: layers }, (_, layer) => given?.[layer] ?? (layer + 1) % interval !== 0)
}
