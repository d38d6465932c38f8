import type { TokenizerClass } from '../contracts/model'

type Json = Record<string, unknown>

/** How Qwen2 and Qwen3 split a text. */
export const QWEN2_SPLIT =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
/** Llama 3's and SmolLM3's. */
export const LLAMA3_SPLIT = QWEN2_SPLIT.replace('|\\p{N}|', '|\\p{N}{1,3}|')

/**
 * tokenizer.json as transformers 5 uses it. Some of its tokenizer classes take only vocabulary, merges and
 * post-processor from the file and build the rest themselves, whatever the file says; and AutoTokenizer takes
 * `Qwen2Tokenizer` for every qwen2 model, whichever class is named. `config` is tokenizer_config.json, `rule` what the
 * model's family says of the class.
 *
 * A class that does not suit the kind of vocabulary (bytes or word marks) would tear it apart; there the file is
 * followed.
 *
 * Source: transformers 5.23, `models/auto/tokenization_auto.py` and `models/{qwen2,gpt2,llama}/tokenization_*.py`.
 */
export function asBuiltByClass(json: Json, config: Json, rule: TokenizerClass): Json {
  const model = json.model as Json | undefined
  if (!model || (model.type ?? 'BPE') !== 'BPE') return json
  const isByteLevel = JSON.stringify([json.pre_tokenizer, json.decoder]).includes('"ByteLevel"')
  const add_prefix_space = config.add_prefix_space === true
  switch (classOf(config, rule)) {
    case 'Qwen2Tokenizer':
      if (!isByteLevel) return json
      return {
        ...json,
        model: { ...model, unk_token: null, byte_fallback: false, ignore_merges: false },
        normalizer: { type: 'NFC' },
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Split', pattern: { Regex: QWEN2_SPLIT }, behavior: 'Isolated', invert: false },
            { type: 'ByteLevel', add_prefix_space, trim_offsets: true, use_regex: false },
          ],
        },
      }
    case 'GPT2Tokenizer':
      if (!isByteLevel) return json
      return {
        ...json,
        model: { ...model, ignore_merges: false },
        normalizer: null,
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space, trim_offsets: true, use_regex: true },
      }
    case 'LlamaTokenizer': {
      if (isByteLevel) return json
      const always = config.legacy === true ? 'always' : 'first'
      const prepend_scheme = config.add_prefix_space === false ? 'never' : always
      return {
        ...json,
        model: { ...model, byte_fallback: true, fuse_unk: true, ignore_merges: false },
        normalizer: null,
        pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme, split: false },
      }
    }
    default:
      return json
  }
}

/** The class that AutoTokenizer takes, without the suffix of old names. */
function classOf(config: Json, rule: TokenizerClass): string {
  if (rule.always !== undefined) return rule.always
  if (config.tokenizer_class) return String(config.tokenizer_class).replace(/Fast$/, '')
  return rule.otherwise ?? ''
}
