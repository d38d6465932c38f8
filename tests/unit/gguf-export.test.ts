import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { linearModules } from '../../src/architecture/names'
import { CLIENT_ASSETS } from '../../src/contracts/exports'
import type { ModelConfig } from '../../src/contracts/model'
import { loadTokenizer } from '../../src/data/index'
import { exporterOf, runExport } from '../../src/exporters/index'
import { ropeDivisors } from '../../src/exporters/gguf/model-metadata'
import { parseModelConfig } from '../../src/architecture/config'
import { toFloat32 } from '../../src/formats/floats'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { readPeft } from '../../src/formats/read-peft'
import { openModelFolder } from '../../src/model/opening/open-model'
import type { OpenedModel } from '../../src/model/opening/open-model'
import { nodeFolder } from '../../src/storage/node/node-folder'
import { exportSource } from '../helpers/export-source'
import { readGguf } from '../helpers/gguf'
import { GOLDEN_FAMILIES, goldenJson, goldenPath } from '../helpers/golden'
import { goldenFolder } from '../helpers/golden-folder'
import { tinyFolder } from '../helpers/tiny-folder'

const golden = goldenJson<{
  models: Record<string, Record<'f16' | 'q8_0', Record<string, string>>>
  llama3: { config: object; divisors: number[] }
}>('gguf/models.json')
const qwen = readFileSync(goldenPath('tokens/qwen/tokenizer.json'), 'utf8')

/** With a real tokenizer, and every layer rotated: llama.cpp's SmolLM3 leaves out each fourth only. */
async function open(family: string) {
  const folder = await goldenFolder(family)
  const config: ModelConfig = {
    ...folder.config,
    layerKinds: folder.config.layerKinds.map((kind) => ({ ...kind, rope: true })),
  }
  const opened: OpenedModel = { ...folder, config, files: { ...folder.files, 'tokenizer.json': qwen } }
  const adapter = await readPeft(nodeFolder(goldenPath(`${family}/adapter`)), linearModules(config))
  const tokenizer = await loadTokenizer({ tokenizerJson: qwen, tokenizerConfig: null, chatTemplate: null })
  return exportSource(opened, { adapter, tokenizer })
}

async function written(kind: string, source: Awaited<ReturnType<typeof open>>) {
  const out = new MemoryFolder('out')
  const files = await runExport(kind, source, { name: 'it' }, out)
  expect(files.map(({ path, bytes }) => [path, bytes])).toEqual(
    [...out.files].map(([path, { length }]) => [path, length]),
  )
  const [path, bytes] = [...out.files].find(([name]) => name.endsWith('.gguf'))!
  return { path, ...readGguf(bytes), readme: new TextDecoder().decode(out.files.get('README.md')) }
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)

it('a chat page holds the model in 8 bits, names it by its hash, and may ask nobody but its own folder', async () => {
  const out = new MemoryFolder('out')
  await runExport('chat-page', { ...(await open('qwen2')), facts: { runName: 'Harbour & <master>' } }, {}, out)
  const text = (path: string) => new TextDecoder().decode(out.files.get(path))
  const model = out.files.get('model.gguf')!
  const { tensors } = readGguf(model)
  const got = [...tensors].map(([name, { type, shape, bytes }]) => [name, `${type} ${shape.join('x')} ${hash(bytes)}`])
  expect(Object.fromEntries(got)).toEqual(golden.models.qwen2.q8_0)
  expect(JSON.parse(text('chat.json'))).toMatchObject({
    name: 'Harbour & <master>',
    file: 'model.gguf',
    bytes: model.length,
    version: hash(model),
    client: hash(Buffer.concat(CLIENT_ASSETS.map((name) => out.files.get(name)!))),
  })
  for (const part of ["default-src 'none'", "connect-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"])
    expect(text('index.html')).toContain(part)
  expect([...out.files.get('wllama.wasm')!.subarray(0, 4)]).toEqual([0, 0x61, 0x73, 0x6d])
  expect(text('wllama-licence.txt')).toContain('MIT License')
  expect(text('README.md')).toContain('python3 -m http.server')
})

// Quick alone, slow beside the GPU suites.
describe.each(GOLDEN_FAMILIES)('%s as a GGUF file', { timeout: 60_000 }, (family) => {
  it.each(['f16', 'q8_0'] as const)("has the tensors that PEFT's merge and the gguf package give: %s", async (kind) => {
    const { tensors, path } = await written(`gguf-${kind}`, await open(family))
    expect(path).toBe(`it-${kind.toUpperCase()}.gguf`)
    const got = [...tensors].map(([name, { type, shape, bytes }]) => [
      name,
      `${type} ${shape.join('x')} ${hash(bytes)}`,
    ])
    expect(Object.fromEntries(got)).toEqual(golden.models[family][kind])
  })

  it('has an adapter whose product is the change of the weight, at its scale', async () => {
    const source = await open(family)
    const { lora, pairs } = source.adapter!
    const { tensors, metadata } = await written('gguf-lora', source)
    expect(metadata).toMatchObject({ 'general.type': 'adapter', 'adapter.type': 'lora' })
    const scale = lora.lora_alpha / (lora.use_rslora ? Math.sqrt(lora.r) : lora.r)
    expect((metadata['adapter.lora.alpha'] as number) / lora.r).toBeCloseTo(scale, 6)
    expect(tensors.size).toBe(2 * pairs.length)
    const base = { ...source, adapter: null }
    const [plain, merged] = [await written('gguf-f32', base), await written('gguf-f32', source)]
    for (const name of ['blk.0.attn_q.weight', 'blk.1.attn_v.weight', 'blk.1.ffn_down.weight']) {
      const [a, b] = ['lora_a', 'lora_b'].map((end) => tensors.get(`${name}.${end}`))
      if (!a || !b) continue
      const [A, B] = [a, b].map(({ bytes }) => toFloat32(bytes.slice(), 'F32'))
      const [before, after] = [plain, merged].map((file) => toFloat32(file.tensors.get(name)!.bytes.slice(), 'F32'))
      const width = a.shape[1]
      for (const i of [0, width + 3, before.length - 1]) {
        const [row, column] = [Math.floor(i / width), i % width]
        let sum = 0
        for (let k = 0; k < lora.r; k++) sum += B[row * lora.r + k] * A[k * width + column]
        // The change is read off a difference of weights some tens of times larger, each rounded to f32.
        expect(after[i] - before[i]).toBeCloseTo(scale * sum, 6)
      }
    }
  })
})

describe('what a GGUF file says', () => {
  const opened = async (change: Record<string, unknown> = {}) => {
    const source = await openModelFolder(await tinyFolder(change))
    return {
      ...(await open('qwen2')),
      opened: { ...source, files: { ...source.files, 'tokenizer.json': qwen } },
      adapter: null,
    }
  }

  it('is the shape of the model, the head size and the rotation told outright', async () => {
    const { metadata, tensors, readme, path } = await written('gguf-f16', await opened())
    expect(metadata).toMatchObject({
      'general.architecture': 'qwen2',
      'general.file_type': 1,
      'general.license': 'apache-2.0',
      'qwen2.block_count': 2,
      'qwen2.context_length': 64,
      'qwen2.embedding_length': 20,
      'qwen2.feed_forward_length': 28,
      'qwen2.attention.head_count': 5,
      'qwen2.attention.head_count_kv': 1,
      'qwen2.attention.key_length': 4,
      'qwen2.rope.dimension_count': 4,
      'qwen2.rope.freq_base': 10000,
      'qwen2.vocab_size': 31,
      'tokenizer.ggml.pre': 'qwen2',
      'tokenizer.chat_template': '{{ messages }}',
    })
    expect(metadata['qwen2.attention.layer_norm_rms_epsilon']).toBeCloseTo(1e-6, 9)
    expect(tensors.has('output.weight')).toBe(false)
    expect(tensors.get('blk.1.attn_k.bias')!.type).toBe('F32')
    expect(readme).toContain(`llama-server -m ./${path}`)
  })

  it('is every kind of storage that llama.cpp knows by its number', async () => {
    const source = await opened()
    for (const [kind, number] of Object.entries({ f32: 0, bf16: 32, q8_0: 7, q4_0: 2, q4_k_m: 15 })) {
      expect((await written(`gguf-${kind}`, source)).metadata['general.file_type']).toBe(number)
      expect(exporterOf(`gguf-${kind}`).bytes(source.opened)).toBeGreaterThan(0)
    }
  })

  it('is linear scaling as numbers, and Llama 3 scaling as divisors', async () => {
    const rope_scaling = { type: 'linear', factor: 4 }
    const { metadata } = await written('gguf-f16', await opened({ rope_scaling }))
    expect(metadata).toMatchObject({ 'qwen2.rope.scaling.type': 'linear', 'qwen2.rope.scaling.factor': 4 })
    const config = parseModelConfig(JSON.stringify({ ...golden.llama3.config, architectures: ['LlamaForCausalLM'] }))
    const divisors = ropeDivisors(config)!
    // Torch divides two f32 that may each have another last bit.
    for (const [i, expected] of golden.llama3.divisors.entries()) expect(divisors[i] / expected).toBeCloseTo(1, 6)
    const llama3 = {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    }
    const llama = await opened({ architectures: ['LlamaForCausalLM'], model_type: 'llama', rope_scaling: llama3 })
    expect((await written('gguf-q8_0', llama)).tensors.get('rope_freqs.weight')).toMatchObject({
      type: 'F32',
      shape: [2],
    })
    await expect(written('gguf-f16', await opened({ rope_scaling: llama3 }))).rejects.toMatchObject({
      code: 'gguf-option',
      params: { field: 'rope_scaling', value: 'llama3' },
    })
  })

  it('is refused where llama.cpp would leave other layers without rotation', async () => {
    const source = await open('smollm3')
    const kinds = (await goldenFolder('smollm3')).config.layerKinds
    const opened = { ...source.opened, config: { ...source.opened.config, layerKinds: kinds } }
    for (const kind of ['gguf-f16', 'gguf-lora']) {
      const out = new MemoryFolder('out')
      await expect(runExport(kind, { ...source, opened }, {}, out)).rejects.toMatchObject({
        code: 'gguf-option',
        params: { field: 'no_rope_layers[1]', value: '0' },
      })
      expect(out.files.size).toBe(0)
    }
  })

  it('is refused for a family that llama.cpp does not know', async () => {
    const source = await opened()
    const config = { ...source.opened.config, gguf: null }
    await expect(written('gguf-f16', { ...source, opened: { ...source.opened, config } })).rejects.toMatchObject({
      code: 'gguf-architecture',
    })
  })
})
