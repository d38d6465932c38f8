import { inverseFrequencies } from '../../architecture/rope-table'
import type { ModelConfig } from '../../contracts/model'
import { f32, string, u32 } from '../../formats/gguf/header'
import type { GgufMetadata } from '../../formats/gguf/header'

/**
 * What llama.cpp reads of a model's shape. `rope.freq_base` and the head size stand there even where they are the
 * default: missing, they are silently another one.
 */
export function modelMetadata(config: ModelConfig, architecture: string): GgufMetadata {
  const { ropeScaling } = config
  const values: GgufMetadata = {
    block_count: u32(config.layers),
    context_length: u32(config.maxPositionEmbeddings),
    embedding_length: u32(config.hiddenSize),
    feed_forward_length: u32(config.intermediateSize),
    'attention.head_count': u32(config.heads),
    'attention.head_count_kv': u32(config.kvHeads),
    'attention.key_length': u32(config.headDim),
    'attention.value_length': u32(config.headDim),
    'attention.layer_norm_rms_epsilon': f32(config.rmsNormEps),
    'rope.dimension_count': u32(config.headDim),
    'rope.freq_base': f32(config.ropeTheta),
    ...(ropeScaling?.type === 'linear'
      ? { 'rope.scaling.type': string('linear'), 'rope.scaling.factor': f32(ropeScaling.factor) }
      : {}),
    vocab_size: u32(config.vocabSize),
  }
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${architecture}.${key}`, value]))
}

/** The tensor of the divisors. */
export const ROPE_DIVISORS = 'rope_freqs.weight'

/** Llama 3's rope scaling as llama.cpp takes it: by what each of a head's D/2 frequencies is divided; null: none. */
export function ropeDivisors(config: ModelConfig): Float32Array | null {
  if (config.ropeScaling?.type !== 'llama3') return null
  const scaled = inverseFrequencies(config)
  return inverseFrequencies({ ...config, ropeScaling: null }).map((plain, i) => plain / scaled[i])
}
