/**
 * Models that work here: links and shapes alone, nothing of them comes with the page. Any other id of a known family
 * may be asked for, too. Shapes are as published; tests/unit/known-models.test.ts holds what they add up to against the
 * published numbers of parameters.
 */
export interface KnownModel {
  /** On the hub. */
  id: string
  /** The same in bitsandbytes' four bits: less to fetch, and the same on the GPU. */
  twin: string
  license: string
  /** The hub asks for a token, whose owner has agreed to the licence. */
  isGated?: boolean
  goodFor: 'tiny' | 'small' | 'middle' | 'large' | 'code' | 'thinks'
  config: Record<string, unknown>
  /** Its files hold the tied head a second time. */
  hasHeadTwice?: boolean
}

/** C, F, layers, heads, kv heads, vocabulary. */
type Shape = [number, number, number, number, number, number]

const shape = ([hidden, intermediate, layers, heads, kv, vocabulary]: Shape, isTied: boolean) => ({
  hidden_size: hidden,
  intermediate_size: intermediate,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  num_key_value_heads: kv,
  vocab_size: vocabulary,
  tie_word_embeddings: isTied,
})
const qwen2 = (of: Shape, isTied = true) => ({
  ...shape(of, isTied),
  model_type: 'qwen2',
  max_position_embeddings: 32_768,
})
const qwen3 = (of: Shape, isTied = true) => ({
  ...shape(of, isTied),
  model_type: 'qwen3',
  head_dim: 128,
  max_position_embeddings: 40_960,
})
const llama = (of: Shape, context: number) => ({
  ...shape(of, true),
  model_type: 'llama',
  max_position_embeddings: context,
})

const QWEN2: Record<string, Record<string, unknown>> = {
  '0.5B': qwen2([896, 4864, 24, 14, 2, 151_936]),
  '1.5B': qwen2([1536, 8960, 28, 12, 2, 151_936]),
  '3B': qwen2([2048, 11_008, 36, 16, 2, 151_936]),
  '7B': qwen2([3584, 18_944, 28, 28, 4, 152_064], false),
}
const QWEN3: Record<string, Record<string, unknown>> = {
  '0.6B': qwen3([1024, 3072, 28, 16, 8, 151_936]),
  '1.7B': qwen3([2048, 6144, 28, 16, 8, 151_936]),
  '4B': qwen3([2560, 9728, 36, 32, 8, 151_936]),
  '8B': qwen3([4096, 12_288, 36, 32, 8, 151_936], false),
}
const SMOLLM2: Record<string, Record<string, unknown>> = {
  '135M': llama([576, 1536, 30, 9, 3, 49_152], 8192),
  '360M': llama([960, 2560, 32, 15, 5, 49_152], 8192),
  '1.7B': llama([2048, 8192, 24, 32, 32, 49_152], 8192),
}
const LLAMA: Record<string, Record<string, unknown>> = {
  '1B': llama([2048, 8192, 16, 32, 8, 128_256], 131_072),
  '3B': llama([3072, 8192, 28, 24, 8, 128_256], 131_072),
}
/** Alibaba's smaller licence is for research alone. */
const qwenLicense = (size: string) => (size === '3B' ? 'qwen-research' : 'apache-2.0')

const each = <T>(sizes: Record<string, T>, make: (size: string, config: T) => KnownModel): KnownModel[] =>
  Object.entries(sizes).map(([size, config]) => make(size, config))

const bySize = (small: string, middle: string) => (size: string) =>
  size === small ? 'small' : size === middle ? 'middle' : 'large'

export const KNOWN_MODELS: readonly KnownModel[] = [
  ...each(SMOLLM2, (size, config) => ({
    id: `HuggingFaceTB/SmolLM2-${size}-Instruct`,
    twin: `unsloth/SmolLM2-${size}-Instruct-bnb-4bit`,
    license: 'apache-2.0',
    goodFor: size === '1.7B' ? 'middle' : 'tiny',
    config,
  })),
  ...each(QWEN2, (size, config) => ({
    id: `Qwen/Qwen2.5-${size}-Instruct`,
    twin: `unsloth/Qwen2.5-${size}-Instruct-bnb-4bit`,
    license: qwenLicense(size),
    goodFor: bySize('0.5B', '1.5B')(size),
    config,
  })),
  ...each(QWEN3, (size, config) => ({
    id: `Qwen/Qwen3-${size}`,
    twin: `unsloth/Qwen3-${size}-bnb-4bit`,
    license: 'apache-2.0',
    goodFor: 'thinks',
    config,
    hasHeadTwice: size === '0.6B' || size === '1.7B',
  })),
  ...each(QWEN2, (size, config) => ({
    id: `Qwen/Qwen2.5-Coder-${size}-Instruct`,
    twin: `unsloth/Qwen2.5-Coder-${size}-Instruct-bnb-4bit`,
    license: qwenLicense(size),
    goodFor: 'code',
    config,
  })),
  ...each(LLAMA, (size, config) => ({
    id: `meta-llama/Llama-3.2-${size}-Instruct`,
    twin: `unsloth/Llama-3.2-${size}-Instruct-bnb-4bit`,
    license: 'llama3.2',
    isGated: true,
    goodFor: size === '1B' ? 'middle' : 'large',
    config,
  })),
]
