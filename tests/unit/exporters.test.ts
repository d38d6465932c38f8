import { beforeAll, describe, expect, it } from 'vitest'
import { exportRoom as english } from '../../src/i18n/en/export'
import { exportRoom as chinese } from '../../src/i18n/zh-CN/export'
import { card } from '../../src/i18n/zh-CN/card'
import { linearModules } from '../../src/architecture/names'
import { readmeOfFolder } from '../../src/exporters/cards/folder-readme'
import { exportOffers, exporters, runExport } from '../../src/exporters/index'
import { MEASURED_TEXT } from '../../src/exporters/merging/drift'
import type { ExportSource } from '../../src/exporters/exporter'
import { toFloat32 } from '../../src/formats/floats'
import { readText } from '../../src/formats/folders'
import { damagedFile, readManifest } from '../../src/formats/manifest'
import { readBlobs } from '../../src/state/blob-folder'
import { replaceFile } from '../../src/state/replace-file'
import { bytesSource, MemoryFolder } from '../../src/formats/memory-folder'
import { readPeft } from '../../src/formats/read-peft'
import { openSafetensors } from '../../src/formats/safetensors'
import { cutAtBlocks } from '../../src/formats/source-rows'
import { openModelFolder } from '../../src/model/opening/open-model'
import { nodeFolder } from '../../src/storage/node/node-folder'
import { exportSource } from '../helpers/export-source'
import { goldenPath } from '../helpers/golden'
import { goldenFolder } from '../helpers/golden-folder'

const facts = { steps: 12, trainLoss: 1.5, seconds: 61 }
let source: ExportSource
beforeAll(async () => {
  const opened = await goldenFolder('qwen3')
  const adapter = await readPeft(nodeFolder(goldenPath('qwen3/adapter')), linearModules(opened.config))
  source = exportSource(opened, { adapter })
})
const json = (folder: MemoryFolder, path: string) => JSON.parse(new TextDecoder().decode(folder.files.get(path)!))
const text = (folder: MemoryFolder, path: string) => new TextDecoder().decode(folder.files.get(path)!)
const written = async (kind: string, from: ExportSource, settings = {}) => {
  const out = new MemoryFolder(kind)
  await runExport(kind, from, settings, out)
  return out
}

describe('formats', () => {
  it('are offered with their size, or with the reason why not', () => {
    const offers = new Map(exportOffers(source).map((offer) => [offer.kind, offer]))
    expect([...offers.keys()]).toEqual(exporters.map(({ kind }) => kind))
    expect(offers.get('peft')).toEqual({ kind: 'peft', takes: 'adapter', bytes: null, obstacle: null })
    expect(offers.get('safetensors')!.bytes).toBe(
      [...source.opened.weights.tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    )
    // The stand-in tokenizer is none of llama.cpp's.
    expect(offers.get('gguf-q8_0')!.obstacle).toMatchObject({ code: 'gguf-tokenizer' })
    expect(offers.get('gguf-lora')!.obstacle).toBeNull()
  })

  it('that do not exist are refused with the nearest name', async () => {
    await expect(written('gguf-q8', source)).rejects.toMatchObject({
      code: 'export-unknown',
      params: { suggestion: 'gguf-q8_0' },
    })
  })

  it('of an adapter want one', async () => {
    for (const kind of ['peft', 'mlx', 'gguf-lora']) {
      await expect(written(kind, { ...source, adapter: null })).rejects.toMatchObject({ code: 'engine-no-adapter' })
    }
  })

  it('are not begun where they do not fit', async () => {
    const out = Object.assign(new MemoryFolder('full'), { free: async () => 1000 })
    await expect(runExport('safetensors', source, {}, out)).rejects.toMatchObject({
      code: 'export-no-room',
      params: { free: 1000 },
    })
    await expect(runExport('mlx', source, {}, out)).rejects.toMatchObject({ code: 'export-no-room' })
    expect(out.files.size).toBe(0)
    await runExport('peft', source, {}, Object.assign(new MemoryFolder('unknown'), { free: async () => null }))
  })

  it.each(['peft', 'mlx', 'gguf-lora', 'safetensors', 'bnb-4bit'])('leave nothing half-written: %s', async (kind) => {
    const out = new MemoryFolder(kind)
    const aborted: string[] = []
    const failing = {
      async create(path: string) {
        const sink = await out.create(path)
        const fails = /safetensors|gguf/.test(path)
        const write = async (chunk: Uint8Array) => {
          if (fails && chunk.length < 3000) throw new Error('the disk is gone')
          await sink.write(chunk)
        }
        const abort = async () => {
          aborted.push(path)
          await sink.abort()
        }
        return { ...sink, write, abort }
      },
    }
    await expect(runExport(kind, source, {}, failing)).rejects.toThrow('the disk is gone')
    expect(aborted).toHaveLength(1)
    expect(out.files.has(aborted[0])).toBe(false)
  })
})

describe('MLX', () => {
  it('has A and B the other way round under the own names, and the scale as it multiplies', async () => {
    const out = await written('mlx', source)
    const { lora, pairs } = source.adapter!
    const config = json(out, 'adapter_config.json')
    expect(config).toMatchObject({ fine_tune_type: 'lora', num_layers: 2, peft_type: 'LORA', r: lora.r })
    // The golden adapter is an rsLoRA one.
    expect(config.lora_parameters).toMatchObject({ rank: lora.r, scale: lora.lora_alpha / Math.sqrt(lora.r) })
    expect(config.lora_parameters.keys).toContain('self_attn.q_proj')
    const file = await openSafetensors(bytesSource('x', out.files.get('adapters.safetensors')!))
    expect(file.tensors.size).toBe(2 * pairs.length)
    const { A, B, r, inFeatures, outFeatures } = pairs[0]
    const read = async (name: string) => {
      const info = file.tensors.get(`model.layers.0.self_attn.q_proj.${name}`)!
      return { shape: info.shape, values: toFloat32(await file.read(info.name, 0, info.bytes), 'F32') }
    }
    const [a, b] = [await read('lora_a'), await read('lora_b')]
    expect([a.shape, b.shape]).toEqual([
      [inFeatures, r],
      [r, outFeatures],
    ])
    expect(a.values[3 * r + 1]).toBe(A[inFeatures + 3])
    expect(b.values[outFeatures + 5]).toBe(B[5 * r + 1])
    expect(text(out, 'README.md')).toContain('mlx_lm.chat --model path/to/qwen3 --adapter-path .')
  })
})

describe('READMEs', () => {
  const front = (readme: string) => readme.slice(0, readme.indexOf('\n---\n'))
  const code = (readme: string) => [...readme.matchAll(/```(?:sh|python)\n(.*?)```/gs)].map(([, lines]) => lines)

  it.each(['peft', 'mlx', 'gguf-lora', 'safetensors', 'bnb-4bit'])(
    'follow the language, their YAML and commands do not: %s',
    async (kind) => {
      const from = { ...source, facts: { dataName: '诊所.json', rows: 60, outcome: facts } }
      const [english, chinese] = [
        text(await written(kind, from), 'README.md'),
        text(await written(kind, from, { words: card }), 'README.md'),
      ]
      expect(english).toContain('## How to run it')
      expect(english.replaceAll('诊所', '').replace(MEASURED_TEXT, '')).not.toMatch(/\p{Script=Han}/u)
      expect(chinese).toContain('## 如何使用')
      expect(chinese).toContain('| 优化步数 | 12 |')
      expect(chinese).toContain('| 数据集 | 诊所.json（60 行） |')
      // What is left of English are names and commands.
      const prose = chinese
        .replace(MEASURED_TEXT, '')
        .replace(/^---\n.*?\n---\n/s, '')
        .replace(/```.*?```/gs, '')
      expect(prose).not.toMatch(/[a-z]{2,} (?!alpha)[a-z]{2,} [a-z]{2,}/)
      expect(front(chinese)).toBe(front(english))
      const commands = (readme: string) => code(readme).map((lines) => lines.replace(/^#.*$/gm, ''))
      expect(commands(chinese)).toEqual(commands(english))
    },
  )

  it('are made anew of a folder that was written here, in another language and under another name', async () => {
    const from = { ...source, facts: { runName: 'Clinic', outcome: facts } }
    const out = await written('peft', from)
    expect(await readmeOfFolder(out, {}, from.facts)).toBe(text(out, 'README.md'))
    const renamed = { ...from.facts, runName: '诊所' }
    const chinese = await readmeOfFolder(out, { words: card }, renamed)
    expect(chinese).toBe(text(await written('peft', { ...from, facts: renamed }, { words: card }), 'README.md'))
    out.files.delete('adapter_model.safetensors')
    await expect(readmeOfFolder(out, {})).rejects.toMatchObject({ code: 'adapter-no-weights' })
  })

  it('take the place of the earlier one, and the manifest says so', async () => {
    const out = await written('peft', source)
    const files = [...out.files].map(([path, bytes]) => ({ path, blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) }))
    const folder = readBlobs('kept', await replaceFile(files, 'README.md', '# 新'))
    const manifest = await readManifest(folder)
    expect(await damagedFile(folder, manifest!)).toBeNull()
    expect(await readText(folder, 'README.md')).toBe('# 新')
    expect((await folder.list()).map(({ path }) => path).sort()).toEqual([...out.files.keys()].sort())
  })
})

describe('bnb-4bit', () => {
  it('is what quantising the merged folder gives, byte for byte', async () => {
    const merged = await openModelFolder(await written('safetensors', source))
    const [direct, later] = [await written('bnb-4bit', source), await written('bnb-4bit', exportSource(merged))]
    const weights = (out: MemoryFolder) => Buffer.from(out.files.get('model.safetensors')!)
    expect(weights(direct).equals(weights(later))).toBe(true)
    expect(json(direct, 'config.json').quantization_config).toMatchObject({ quant_method: 'bitsandbytes' })
    expect(json(direct, 'generation_config.json').eos_token_id).toBe(2)
  })

  it('counts blocks over the ends of windows', async () => {
    async function* windows() {
      for (const length of [30, 100, 64, 3, 1]) yield Float32Array.from({ length }, () => at++)
    }
    let at = 0
    const cut: number[][] = []
    for await (const values of cutAtBlocks(windows())) cut.push([values[0], values.length])
    expect(cut).toEqual([
      [0, 128],
      [128, 64],
      [192, 6],
    ])
  })

  it('takes an adapter into a model that is stored in 4 bits, and is no news of one alone', async () => {
    const nf4 = await openModelFolder(await written('bnb-4bit', { ...source, adapter: null }))
    await expect(written('bnb-4bit', exportSource(nf4))).rejects.toMatchObject({ code: 'model-already-nf4' })
    const again = await openModelFolder(await written('bnb-4bit', { ...source, opened: nf4 }))
    expect(again.config.quantization).toMatchObject({ quantType: 'nf4' })
  })
})

it('every format has its door’s words in every language', () => {
  const own = ['peft', 'safetensors']
  for (const { kind } of exporters.filter((one) => !own.includes(one.kind))) {
    expect(Object.keys(english)).toContain(`format.${kind}`)
    expect(Object.keys(chinese)).toContain(`format.${kind}`)
  }
})

describe('names', () => {
  it('are such as files and clients take', async () => {
    const name = async (given?: string) => {
      const out = await written('gguf-lora', source, { name: given })
      return [...out.files.keys()][0]
    }
    expect(await name()).toBe('qwen3-tuned-lora.gguf')
    expect(await name(' Klinik: Fragen & Antworten ')).toBe('Klinik-Fragen-Antworten-lora.gguf')
    expect(await name('诊所')).toBe('model-lora.gguf')
  })
})
