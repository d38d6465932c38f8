import { describe, expect, it } from 'vitest'
import { TuneError } from '../../src/errors'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { openModelFolder, templateFile } from '../../src/model/opening/open-model'
import { openSafetensors, SafetensorsWriter } from '../../src/formats/safetensors'
import { TINY_CONFIG, tinyFolder } from '../helpers/tiny-folder'

async function codeOf(folder: MemoryFolder): Promise<string> {
  return openModelFolder(folder).then(
    () => 'no error',
    (error) => (error instanceof TuneError ? error.code : `${error}`),
  )
}
const put = (folder: MemoryFolder, path: string, value: unknown) =>
  folder.files.set(path, new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)))

/** The same weights as shards behind an index. */
async function shard(folder: MemoryFolder, count: number): Promise<void> {
  const whole = await openSafetensors((await folder.open('model.safetensors'))!)
  const all = [...whole.tensors.values()]
  const weight_map: Record<string, string> = {}
  for (let i = 0; i < count; i++) {
    const path = `model-0000${i + 1}-of-0000${count}.safetensors`
    const mine = all.filter((_, k) => k % count === i)
    const writer = await SafetensorsWriter.create(await folder.create(path), mine)
    for (const { name, bytes } of mine) {
      await writer.write(await whole.read(name, 0, bytes))
      weight_map[name] = path
    }
    await writer.close()
  }
  folder.files.delete('model.safetensors')
  put(folder, 'model.safetensors.index.json', { metadata: {}, weight_map })
}

/** The same tensors under other names. */
async function renamed(folder: MemoryFolder, rename: (name: string) => string): Promise<void> {
  const file = await openSafetensors((await folder.open('model.safetensors'))!)
  const all = [...file.tensors.values()]
  const plan = all.map((info) => ({ ...info, name: rename(info.name) }))
  const writer = await SafetensorsWriter.create(await folder.create('model.safetensors'), plan)
  for (const { name, bytes } of all) await writer.write(await file.read(name, 0, bytes))
  await writer.close()
}

describe('openModelFolder', () => {
  it('reads everything but the weights', async () => {
    const folder = await tinyFolder()
    const opened = await openModelFolder(folder)
    expect(opened).toMatchObject({
      name: 'tiny',
      dtype: 'BF16',
      license: 'apache-2.0',
      listedStopIds: [3, 4],
      chatTemplate: '{{ messages }}',
    })
    expect(opened.weightFiles).toHaveLength(1)
    expect(Object.keys(opened.files)).toContain('tokenizer.json')
    const { hidden_size: C, intermediate_size: F, vocab_size: V } = TINY_CONFIG
    const layer = 2 * C * C + C + 2 * (4 * C + 4) + 3 * C * F + 2 * C
    expect(opened.parameters).toBe(V * C + 2 * layer + C)
  })

  it('reads shards, with and without an index, as one', async () => {
    const whole = await openModelFolder(await tinyFolder())
    const folder = await tinyFolder()
    await shard(folder, 3)
    for (const indexed of [true, false]) {
      if (!indexed) folder.files.delete('model.safetensors.index.json')
      const sharded = await openModelFolder(folder)
      expect(sharded.weightFiles).toHaveLength(3)
      for (const [name, info] of whole.weights.tensors) {
        expect(await sharded.weights.read(name, 0, info.bytes)).toEqual(await whole.weights.read(name, 0, info.bytes))
      }
    }
  })

  it('knows tensors by what wrapped or held them, and gives them their own names', async () => {
    const whole = await openModelFolder(await tinyFolder())
    const saved: ((name: string) => string)[] = [
      (name) => name.replace(/^model\./, ''),
      (name) => `_orig_mod.${name}`,
      (name) => `module.${name.replace(/^model\./, '')}`,
    ]
    for (const rename of saved) {
      const folder = await tinyFolder()
      await renamed(folder, rename)
      const opened = await openModelFolder(folder)
      expect(opened.weightFiles[0].tensors).toEqual(whole.weightFiles[0].tensors)
      for (const [name, info] of whole.weights.tensors) {
        expect(opened.weights.tensors.get(name)).toEqual(info)
        expect(await opened.weights.read(name, 0, info.bytes)).toEqual(await whole.weights.read(name, 0, info.bytes))
      }
    }
  })

  it('names what is no model: adapters, unmerged models, weights of MLX, layers without end', async () => {
    const adapter = await tinyFolder()
    await renamed(adapter, (name) => `${name}.lora_A.weight`)
    expect(await codeOf(adapter)).toBe('model-is-adapter')
    const unmerged = await tinyFolder()
    await renamed(unmerged, (name) => (name.includes('q_proj.bias') ? name.replace('bias', 'lora_A.weight') : name))
    expect(await codeOf(unmerged)).toBe('model-unmerged')
    const twice = await tinyFolder()
    await renamed(twice, (name) => (name === 'model.norm.weight' ? '_orig_mod.model.embed_tokens.weight' : name))
    expect(await codeOf(twice)).toBe('model-renamed-twice')
    const changed = async (change: object) => {
      const folder = await tinyFolder()
      put(folder, 'config.json', { ...TINY_CONFIG, ...change })
      return codeOf(folder)
    }
    expect(await changed({ quantization: { group_size: 64, bits: 4 } })).toBe('model-quantization')
    expect(await changed({ num_hidden_layers: 1e6 })).toBe('config-field')
    expect(await changed({ num_hidden_layers: 1e300 })).toBe('config-field')
  })

  it.each([
    ['---\nlicense: mit\n---\n', 'mit'],
    ['---\r\nlanguage: en\r\nlicense:\r\n  - "apache-2.0"\r\n---', 'apache-2.0'],
    ["---\nlicense: other\nlicense_name: 'qwen'\n---", 'qwen'],
    ['---\nlicense:\nlanguage: en\n---', null],
    ['---\nlicense: mit\n', null],
    [`---\nlicense:${' '.repeat(8000)}\n${'\n'.repeat(4000)}x\n---`, null],
  ])('reads the licence of a card: %j', async (card, license) => {
    const folder = await tinyFolder()
    put(folder, 'README.md', card)
    const began = performance.now()
    expect((await openModelFolder(folder)).license).toBe(license)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('looks one folder further down', async () => {
    const inner = await tinyFolder()
    const outer = new MemoryFolder(
      'outer',
      [...inner.files].map(([path, bytes]) => [`snapshots/abc/${path}`, bytes]),
    )
    expect((await openModelFolder(outer)).name).toBe('abc')
    outer.files.set('snapshots/def/config.json', new Uint8Array())
    expect(await codeOf(outer)).toBe('model-many-configs')
  })

  it('believes a head of its own more than a configuration that calls it tied, as transformers does', async () => {
    const folder = await tinyFolder({ tie_word_embeddings: false })
    put(folder, 'config.json', TINY_CONFIG)
    expect((await openModelFolder(folder)).config.tieWordEmbeddings).toBe(false)

    const { tensors, read } = await openSafetensors((await folder.open('model.safetensors'))!)
    const embedding = await read('model.embed_tokens.weight', 0, tensors.get('model.embed_tokens.weight')!.bytes)
    for (const lastElement of [0, 1]) {
      const writer = await SafetensorsWriter.create(await folder.create('model.safetensors'), [...tensors.values()])
      for (const { name, bytes } of tensors.values()) {
        const data = name === 'lm_head.weight' ? embedding.slice() : await read(name, 0, bytes)
        if (name === 'lm_head.weight') data[data.length - 1] ^= lastElement
        await writer.write(data)
      }
      await writer.close()
      expect((await openModelFolder(folder)).config.tieWordEmbeddings).toBe(lastElement === 0)
    }
  })

  it('opens a base model without a template, and gives none to what is exported', async () => {
    const folder = await tinyFolder()
    expect(templateFile(await openModelFolder(folder))).toEqual({ 'chat_template.jinja': '{{ messages }}' })
    folder.files.delete('chat_template.jinja')
    const opened = await openModelFolder(folder)
    expect(opened.chatTemplate).toBe(null)
    expect(templateFile(opened)).toEqual({})
  })

  it('takes the template from where older repositories keep it', async () => {
    const folder = await tinyFolder()
    folder.files.delete('chat_template.jinja')
    put(folder, 'tokenizer_config.json', {
      chat_template: [
        { name: 'tool_use', template: 'T' },
        { name: 'default', template: 'D' },
      ],
    })
    const opened = await openModelFolder(folder)
    expect(opened).toMatchObject({ chatTemplate: 'D', toolTemplate: 'T' })
    const files = { 'chat_template.jinja': 'D', 'additional_chat_templates/tool_use.jinja': 'T' }
    expect(templateFile(opened)).toEqual(files)
    // As exports, and transformers, keep them.
    for (const [name, text] of Object.entries(files)) folder.files.set(name, new TextEncoder().encode(text))
    expect(await openModelFolder(folder)).toMatchObject({ chatTemplate: 'D', toolTemplate: 'T' })
    for (const name of Object.keys(files)) folder.files.delete(name)
    put(folder, 'tokenizer_config.json', { chat_template: 'S' })
    expect((await openModelFolder(folder)).chatTemplate).toBe('S')
  })

  it.each<[string, (folder: MemoryFolder) => unknown]>([
    ['model-no-config', (folder) => folder.files.delete('config.json')],
    ['model-no-tokenizer', (folder) => folder.files.delete('tokenizer.json')],
    ['model-no-weights', (folder) => folder.files.delete('model.safetensors')],
    ['json-invalid', (folder) => put(folder, 'config.json', '{')],
    [
      'json-invalid',
      (folder) => put(folder, 'tokenizer_config.json', '{') && folder.files.delete('chat_template.jinja'),
    ],
    ['model-missing-tensors', (folder) => put(folder, 'config.json', { ...TINY_CONFIG, num_hidden_layers: 3 })],
    ['model-missing-tensors', (folder) => put(folder, 'config.json', { ...TINY_CONFIG, tie_word_embeddings: false })],
    ['model-tensor-shape', (folder) => put(folder, 'config.json', { ...TINY_CONFIG, intermediate_size: 32 })],
    [
      'safetensors-cut-off',
      (folder) => folder.files.set('model.safetensors', folder.files.get('model.safetensors')!.slice(0, -2)),
    ],
    [
      'model-missing-shards',
      async (folder) => {
        await shard(folder, 3)
        folder.files.delete('model-00002-of-00003.safetensors')
      },
    ],
    [
      'model-is-adapter',
      (folder) =>
        folder.files.delete('config.json') && put(folder, 'adapter_config.json', { base_model_name_or_path: 'a/b' }),
    ],
  ])('says %s before any weight is read', async (code, spoil) => {
    const folder = await tinyFolder()
    await spoil(folder)
    expect(await codeOf(folder)).toBe(code)
  })

  it('refuses weights in a type that it cannot read', async () => {
    const folder = await tinyFolder()
    const whole = await openSafetensors((await folder.open('model.safetensors'))!)
    const plan = [...whole.tensors.values()].map(({ name, shape }) => ({ name, shape, dtype: 'F8_E4M3' as const }))
    const writer = await SafetensorsWriter.create(await folder.create('model.safetensors'), plan)
    for (const { shape } of plan) await writer.write(new Uint8Array(shape.reduce((product, n) => product * n, 1)))
    await writer.close()
    expect(await codeOf(folder)).toBe('model-tensor-dtype')
  })

  it('brings the weights near only once all is well', async () => {
    const folder = await tinyFolder()
    const asked: string[][] = []
    const remote = Object.assign(folder, { prefetch: async (paths: string[]) => void asked.push(paths) })
    await openModelFolder(remote)
    folder.files.delete('tokenizer.json')
    expect(await codeOf(remote)).toBe('model-no-tokenizer')
    expect(asked).toEqual([['model.safetensors']])
  })
})
