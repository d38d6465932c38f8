import type { ModelConfig } from '../../contracts/model'
import type { FloatDtype } from '../../formats/floats'

/** Element types as torch spells them. */
export const TORCH_NAMES: Record<FloatDtype, string> = { BF16: 'bfloat16', F16: 'float16', F32: 'float32' }

/**
 * config.json of a merged model in the spellings of transformers 4 and 5 side by side, because readers that know only
 * one fall back to defaults without a word: `rope_theta` and `rope_parameters`, `torch_dtype` and `dtype`, and always
 * `tie_word_embeddings`. Nothing of a quantisation stays.
 */
export function mergedConfig(config: ModelConfig, dtype: FloatDtype): Record<string, unknown> {
  const { quantization_config: _, rope_scaling: __, rope_parameters: ___, ...kept } = config.raw
  const scaling = ropeScaling(config)
  return {
    ...kept,
    dtype: TORCH_NAMES[dtype],
    rope_parameters: { rope_theta: config.ropeTheta, ...(scaling ?? { rope_type: 'default' }) },
    rope_scaling: scaling,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tieWordEmbeddings,
    torch_dtype: TORCH_NAMES[dtype],
  }
}

function ropeScaling({ ropeScaling: scaling }: ModelConfig): Record<string, unknown> | null {
  if (!scaling) return null
  if (scaling.type === 'linear') return { rope_type: 'linear', factor: scaling.factor }
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFreqFactor,
    high_freq_factor: scaling.highFreqFactor,
    original_max_position_embeddings: scaling.originalMaxPosition,
  }
}

/** generation_config.json that ends generation where training taught the model to stop. */
export function mergedGenerationConfig(
  source: Record<string, unknown> | null,
  config: ModelConfig,
  stopIds: number[],
): Record<string, unknown> {
  // `_from_model_config` makes transformers write the model's own ids over these.
  const { _from_model_config: _, ...kept } = source ?? {}
  return {
    ...(config.bosTokenId === null ? {} : { bos_token_id: config.bosTokenId }),
    ...(config.padTokenId === null ? {} : { pad_token_id: config.padTokenId }),
    ...kept,
    ...(stopIds.length === 0 ? {} : { eos_token_id: stopIds.length === 1 ? stopIds[0] : stopIds }),
  }
}
