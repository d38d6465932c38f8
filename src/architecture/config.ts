import { families } from './families'
import { blockOf, layerKinds, type Family } from './family'
import { fail } from '../errors/index'
import { shown } from '../errors/shown'
import type { ConfigExpectation } from '../errors/formats'
import type { BnbQuantization, ModelConfig, RopeScaling } from '../contracts/model'

type Json = Record<string, unknown>

/** Eight times the deepest model there is. Everything about a model is listed by layer before a weight is seen. */
const MOST_LAYERS = 1000

/**
 * Read a Hugging Face config.json in the spelling of transformers 4 (`rope_theta`, `torch_dtype`) or 5
 * (`rope_parameters`, `dtype`). Throws a TuneError for whatever would compute something else than the model's authors
 * meant: another architecture, activation, RoPE scaling, a sliding window, biases that the engine lacks.
 *
 * Source: transformers 5.23, `configuration_*.py of each family` and `modeling_rope_utils.py`.
 */
export function parseModelConfig(text: string, file = 'config.json'): ModelConfig {
  const raw = parseObject(text, file)
  const family = readFamily(raw)
  const { defaults } = family
  const read = new Fields(raw, file)

  const hiddenSize = read.size('hidden_size')
  const heads = read.size('num_attention_heads')
  const kvHeads = read.size('num_key_value_heads', defaults.kvHeads ?? heads)
  const headDim = read.size(
    'head_dim',
    raw.head_dim === undefined ? (defaults.headDim ?? hiddenSize / heads) : hiddenSize / heads,
  )
  const maxPositionEmbeddings = read.size('max_position_embeddings', defaults.maxPosition)
  if (heads % kvHeads !== 0) throw read.bad('num_key_value_heads', kvHeads, 'divides-heads')
  if (headDim % 2 !== 0) throw read.bad('head_dim', headDim, 'even')

  checkOptions(raw, family)
  const layers = read.size('num_hidden_layers')
  if (layers > MOST_LAYERS) throw read.bad('num_hidden_layers', layers, 'layers')
  checkWindows(family, raw, layers, maxPositionEmbeddings)
  const rope = readRope(raw, read, maxPositionEmbeddings, defaults.ropeTheta)
  const quantization = readQuantization(raw)

  return {
    family: family.id,
    hiddenSize,
    intermediateSize: read.size('intermediate_size'),
    layers,
    heads,
    kvHeads,
    headDim,
    vocabSize: read.size('vocab_size'),
    rmsNormEps: read.positive('rms_norm_eps', 1e-6),
    ropeTheta: rope.theta,
    ropeScaling: rope.scaling,
    tieWordEmbeddings: (raw.tie_word_embeddings ?? defaults.tied) === true,
    maxPositionEmbeddings,
    bosTokenId: raw.bos_token_id === undefined ? defaults.bos : (read.tokenIds('bos_token_id')[0] ?? null),
    eosTokenIds: raw.eos_token_id === undefined ? defaults.eos : read.tokenIds('eos_token_id'),
    padTokenId: read.tokenIds('pad_token_id')[0] ?? null,
    block: blockOf(family),
    tokenizerClass: family.tokenizerClass,
    gguf: family.gguf,
    layerKinds: layerKinds(family, raw, layers),
    raw,
    ...(quantization ? { quantization } : {}),
  }
}

function parseObject(text: string, file: string): Json {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw fail('json-invalid', { file, reason: (error as Error).message }, error)
  }
  if (!isObject(value)) throw fail('json-not-object', { file })
  return value
}

/** A value that should be a text, as one. */
const plain = (value: unknown): string => (typeof value === 'string' ? value : shown(value))

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readFamily(raw: Json): Family {
  const named = Array.isArray(raw.architectures) ? raw.architectures.map(plain) : []
  const byClass = families.find(({ classes }) => named.some((name) => classes.includes(name)))
  if (byClass) return byClass
  const type = plain(raw.model_type ?? '')
  const byType = families.find(({ id }) => id === type)
  // A config without `architectures` is complete enough; one that names another class (a reward model, Qwen2-VL) is not
  // ours.
  if (named.length === 0 && byType) return byType
  const works = families.map(({ id, covers }) => `${id} (${covers})`).join(', ')
  throw fail('model-architecture', { architecture: named.join(', ') || type || '?', works })
}

/** Options that change the arithmetic and that the engine does not compute. */
function checkOptions(raw: Json, family: Family): void {
  const act = raw.hidden_act ?? 'silu'
  if (act !== 'silu' && act !== 'swish')
    throw fail('model-option', { field: 'hidden_act', value: plain(act), works: 'silu' })
  for (const [field, works] of Object.entries(family.fixed)) {
    const value = raw[field] ?? works
    if (value !== works) throw fail('model-option', { field, value: plain(value), works: plain(works) })
  }
}

function checkWindows(family: Family, raw: Json, layers: number, context: number): void {
  const window = Math.min(...family.windows(raw, layers).map((size) => size ?? Infinity))
  if (window < context) throw fail('model-sliding-window', { window, context })
}

function readRope(
  raw: Json,
  read: Fields,
  context: number,
  defaultTheta: number,
): { theta: number; scaling: RopeScaling | null } {
  const given = raw.rope_scaling ?? raw.rope_parameters
  const rope: Json = isObject(given) ? given : {}
  const parameters: Json = isObject(raw.rope_parameters) ? raw.rope_parameters : {}
  const stated = rope.rope_theta ?? parameters.rope_theta ?? raw.rope_theta ?? defaultTheta
  const theta = typeof stated === 'number' || typeof stated === 'string' ? Number(stated) : NaN
  if (!(theta > 0 && theta < Infinity)) throw read.bad('rope_theta', stated, 'positive')
  const partial = rope.partial_rotary_factor ?? raw.partial_rotary_factor ?? 1
  if (partial !== 1) throw fail('model-option', { field: 'partial_rotary_factor', value: plain(partial), works: '1' })

  const number = (field: string, fallback?: number): number => {
    const value = rope[field] ?? fallback
    if (typeof value !== 'number' || !(value > 0 && value < Infinity))
      throw read.bad(`rope_scaling.${field}`, value, 'positive')
    return value
  }
  const type = plain(rope.rope_type ?? rope.type ?? 'default')
  if (type === 'default') return { theta, scaling: null }
  if (type === 'linear') return { theta, scaling: { type, factor: number('factor') } }
  if (type === 'llama3') {
    return {
      theta,
      scaling: {
        type,
        factor: number('factor'),
        lowFreqFactor: number('low_freq_factor'),
        highFreqFactor: number('high_freq_factor'),
        originalMaxPosition: number('original_max_position_embeddings', context),
      },
    }
  }
  throw fail('model-rope-scaling', { type })
}

function readQuantization(raw: Json): BnbQuantization | null {
  const q = raw.quantization_config
  // mlx-lm writes its own object, and a copy of it under the usual name.
  const mlx = isObject(raw.quantization) ? raw.quantization : null
  if (mlx && 'group_size' in mlx) throw fail('model-quantization', { method: `MLX (${shown(mlx.bits)} bits)` })
  if (q === undefined || q === null) return null
  const method = isObject(q) ? plain(q.quant_method ?? (q.load_in_4bit === true ? 'bitsandbytes' : '?')) : plain(q)
  if (!isObject(q) || method !== 'bitsandbytes') throw fail('model-quantization', { method })
  if (q.load_in_4bit !== true && q._load_in_4bit !== true)
    throw fail('model-quantization', { method: 'bitsandbytes int8' })
  const quantType = plain(q.bnb_4bit_quant_type ?? 'fp4')
  if (quantType !== 'nf4') throw fail('model-quantization', { method: `bitsandbytes ${quantType}` })
  return {
    quantType,
    doubleQuant: q.bnb_4bit_use_double_quant === true,
    computeDtype: plain(q.bnb_4bit_compute_dtype ?? 'float32'),
    skipModules: Array.isArray(q.llm_int8_skip_modules) ? q.llm_int8_skip_modules.map(plain) : [],
  }
}

/** Typed reads of a parsed JSON object, with errors that name the file and the field. */
class Fields {
  readonly raw: Json
  readonly file: string

  constructor(raw: Json, file: string) {
    this.raw = raw
    this.file = file
  }

  bad(field: string, value: unknown, expected: ConfigExpectation): Error {
    return fail('config-field', { file: this.file, field, value: shown(value), expected })
  }

  size(field: string, fallback?: number): number {
    const value = this.raw[field] ?? fallback
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw this.bad(field, value, 'whole')
    return value
  }

  positive(field: string, fallback: number): number {
    const value = this.raw[field] ?? fallback
    if (typeof value !== 'number' || !(value > 0 && value < Infinity)) throw this.bad(field, value, 'positive')
    return value
  }

  /** A token id, a list of them, or null, as a list. */
  tokenIds(field: string): number[] {
    const value = this.raw[field]
    if (value === undefined || value === null) return []
    const ids: unknown[] = Array.isArray(value) ? value : [value]
    if (!ids.every((id) => Number.isInteger(id))) throw this.bad(field, value, 'token-ids')
    // -1 is the spelling of "none" in some older configs.
    return (ids as number[]).filter((id) => id >= 0)
  }
}
