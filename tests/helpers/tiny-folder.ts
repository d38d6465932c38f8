import { expectedTensors } from '../../src/architecture/tensors'
import { fromFloat32 } from '../../src/formats/floats'
import type { FloatDtype } from '../../src/formats/floats'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { SafetensorsWriter } from '../../src/formats/safetensors'
import { parseModelConfig } from '../../src/architecture/config'

export const TINY_CONFIG = {
  architectures: ['Qwen2ForCausalLM'],
  model_type: 'qwen2',
  hidden_size: 20,
  intermediate_size: 28,
  num_hidden_layers: 2,
  num_attention_heads: 5,
  num_key_value_heads: 1,
  max_position_embeddings: 64,
  vocab_size: 31,
  rope_theta: 10000,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  eos_token_id: 3,
  hidden_act: 'silu',
}

/** A whole model folder in memory with small, repeatable weights: no meaning, every file in its place. */
export async function tinyFolder(
  change: Record<string, unknown> = {},
  dtype: FloatDtype = 'BF16',
): Promise<MemoryFolder> {
  const folder = new MemoryFolder('tiny')
  const text = (path: string, value: unknown) =>
    folder.files.set(path, new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))
  const raw = { ...TINY_CONFIG, ...change }
  text('config.json', raw)
  text('generation_config.json', { eos_token_id: [3, 4] })
  text('tokenizer.json', { version: '1.0', model: { type: 'BPE' } })
  text('tokenizer_config.json', { eos_token: '<|im_end|>' })
  text('chat_template.jinja', '{{ messages }}')
  text('README.md', '---\nlicense: apache-2.0\n---\n# Tiny')
  const tensors = expectedTensors(parseModelConfig(JSON.stringify(raw))).map(({ name, shape }) => ({
    name,
    shape,
    dtype,
  }))
  const writer = await SafetensorsWriter.create(await folder.create('model.safetensors'), tensors)
  for (const { name, shape } of tensors) await writer.write(fromFloat32(pseudoNormal(name, shape), dtype))
  await writer.close()
  return folder
}

/** Values in about +-0.1 that depend on the tensor's name alone. */
export function pseudoNormal(name: string, shape: number[]): Float32Array {
  let state = [...name].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7)
  const out = new Float32Array(shape.reduce((product, n) => product * n, 1))
  for (let i = 0; i < out.length; i++) {
    let sum = 0
    for (let k = 0; k < 4; k++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      sum += state / 2 ** 32 - 0.5
    }
    out[i] = sum * 0.08
  }
  return out
}
