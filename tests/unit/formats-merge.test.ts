import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { toFloat32 } from '../../src/formats/floats'
import { writeMerged } from '../../src/exporters/merging/merge'
import { openModelFolder } from '../../src/model/opening/open-model'
import { readPeft } from '../../src/formats/read-peft'
import { pythonJson } from '../../src/formats/python-json'
import { nodeFolder } from '../../src/storage/node/node-folder'
import { GOLDEN_FAMILIES, goldenJson, goldenPath } from '../helpers/golden'
import { goldenFolder } from '../helpers/golden-folder'
import { TINY_CONFIG, tinyFolder } from '../helpers/tiny-folder'
import { loraScale } from '../../src/formats/lora-scale'
import { linearModules } from '../../src/architecture/names'

const json = (folder: MemoryFolder, path: string) => JSON.parse(new TextDecoder().decode(folder.files.get(path)!))

// Quick alone, slow beside the GPU suites.
describe.each(GOLDEN_FAMILIES)('merging onto %s', { timeout: 60_000 }, (family) => {
  it('equals PEFT, bit for bit, in one file or in shards', async () => {
    const opened = await goldenFolder(family)
    const { sha256 } = goldenJson<{ sha256: Record<string, string> }>(`${family}/merged.json`)
    const { pairs, lora } = await readPeft(nodeFolder(goldenPath(`${family}/adapter`)), linearModules(opened.config))
    for (const maxShardBytes of [undefined, 50_000]) {
      const out = new MemoryFolder('merged')
      await writeMerged(opened, { pairs, scale: loraScale(lora), maxShardBytes }, out)
      const merged = await openModelFolder(out)
      expect(merged.weightFiles.length > 1).toBe(maxShardBytes !== undefined)
      for (const [name, { bytes }] of merged.weights.tensors) {
        const got = await merged.weights.read(name, 0, bytes)
        if (sha256[name]) expect(createHash('sha256').update(got).digest('hex'), name).toBe(sha256[name])
        else expect(got, name).toEqual(await opened.weights.read(name, 0, bytes))
      }
      expect([...merged.weights.tensors.keys()]).toEqual(expect.arrayContaining(Object.keys(sha256)))
    }
  })
})

describe('the merged folder', () => {
  it('has an index that names every tensor and sums the bytes', async () => {
    const out = new MemoryFolder('merged')
    const opened = await openModelFolder(await tinyFolder())
    const files = await writeMerged(opened, { pairs: [], scale: 1, maxShardBytes: 4000 }, out)
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual(
      [...out.files].map(([path, bytes]) => [path, bytes.length]),
    )
    const index = json(out, 'model.safetensors.index.json')
    const all = [...opened.weights.tensors.values()]
    expect(index.metadata.total_size).toBe(all.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(Object.keys(index.weight_map)).toEqual(all.map(({ name }) => name).sort())
    expect(out.files.has('model.safetensors')).toBe(false)
  })

  it('spells its configuration for transformers 4 and 5', async () => {
    const llama3 = {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    }
    const opened = await openModelFolder(
      await tinyFolder({ rope_theta: undefined, rope_parameters: { ...llama3, rope_theta: 5e5 } }),
    )
    const out = new MemoryFolder('merged')
    await writeMerged(opened, { pairs: [], scale: 1, stopIds: [7] }, out)
    expect(json(out, 'config.json')).toMatchObject({
      rope_theta: 5e5,
      rope_parameters: { ...llama3, rope_theta: 5e5 },
      rope_scaling: llama3,
      torch_dtype: 'bfloat16',
      dtype: 'bfloat16',
      tie_word_embeddings: true,
      architectures: TINY_CONFIG.architectures,
    })
    expect(json(out, 'generation_config.json').eos_token_id).toBe(7)
    const reopened = await openModelFolder(out)
    expect({ ...reopened.config, raw: 0 }).toEqual({ ...opened.config, raw: 0 })
  })

  it('says whether the head is tied also where its source left that to a default', async () => {
    const out = new MemoryFolder('merged')
    const opened = await openModelFolder(await tinyFolder({ tie_word_embeddings: undefined }))
    await writeMerged(opened, { pairs: [], scale: 1 }, out)
    expect(json(out, 'config.json').tie_word_embeddings).toBe(false)
  })

  it('spells as floats what Python wants as floats', () => {
    const text = pythonJson({
      temperature: 1,
      top_p: 0.9,
      top_k: 20,
      rope_parameters: { rope_theta: 1000000, factor: 8 },
      name: '"factor": 1',
    })
    expect(text).toMatch(
      /"temperature": 1\.0,\n.*"top_p": 0\.9,\n.*"top_k": 20,\n.*\{\n.*"rope_theta": 1000000\.0,\n.*"factor": 8\.0\n/,
    )
    expect(JSON.parse(text).name).toBe('"factor": 1')
  })

  it('keeps the element type of its source, and an untied head', async () => {
    for (const dtype of ['F16', 'F32'] as const) {
      const out = new MemoryFolder('merged')
      const opened = await openModelFolder(await tinyFolder({ tie_word_embeddings: false }, dtype))
      await writeMerged(opened, { pairs: [], scale: 1 }, out)
      const merged = await openModelFolder(out)
      expect(merged.dtype).toBe(dtype)
      expect(await merged.weights.read('lm_head.weight', 0, 80)).toEqual(
        await opened.weights.read('lm_head.weight', 0, 80),
      )
    }
  })

  it('takes rows of projections from elsewhere when asked, and nothing else', async () => {
    const out = new MemoryFolder('merged')
    const opened = await openModelFolder(await tinyFolder())
    const asked = new Set<string>()
    const dequantizedRows = async (name: string, from: number, count: number) => {
      asked.add(name)
      const width = opened.weights.tensors.get(`${name}.weight`)!.shape[1]
      return new Float32Array(count * width).fill(from + 1)
    }
    await writeMerged(opened, { pairs: [], scale: 1, dequantizedRows }, out)
    expect(asked.size).toBe(14)
    const merged = await openModelFolder(out)
    const values = toFloat32(await merged.weights.read('model.layers.1.mlp.down_proj.weight', 0, 40), 'BF16')
    expect(values.every((value) => value === 1)).toBe(true)
    const norm = 'model.layers.0.input_layernorm.weight'
    expect(await merged.weights.read(norm, 0, 40)).toEqual(await opened.weights.read(norm, 0, 40))
  })

  it('leaves no half file behind when it is cancelled', async () => {
    const out = new MemoryFolder('merged')
    const control = new AbortController()
    const opened = await openModelFolder(await tinyFolder())
    const work = writeMerged(opened, { pairs: [], scale: 1 }, out, () => control.abort(), control.signal)
    await expect(work).rejects.toThrow()
    expect(out.files.size).toBe(0)
  })
})
