import { describe, expect, it } from 'vitest'
import { TuneError } from '../../src/errors'
import { fromFloat32, toFloat32 } from '../../src/formats/floats'
import type { FloatDtype } from '../../src/formats/floats'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { peftConfig, writePeft } from '../../src/formats/peft'
import { readPeft } from '../../src/formats/read-peft'
import type { PeftAdapter } from '../../src/formats/peft'
import { adapterFacts, adapterReadme } from '../../src/exporters/cards/adapter-readme'
import { baseNames, peftClients } from '../../src/exporters/cards/clients'
import { cardSayer } from '../../src/exporters/cards/words'
import type { RunFacts } from '../../src/run-file/run-facts'
import { openSafetensors, SafetensorsWriter } from '../../src/formats/safetensors'
import { parseModelConfig } from '../../src/architecture/config'
import type { Projection } from '../../src/contracts/model'
import { pseudoNormal, TINY_CONFIG } from '../helpers/tiny-folder'
import type { LoraPair } from '../../src/contracts/lora'
import { loraScale } from '../../src/formats/lora-scale'
import { linearModules, linearPath } from '../../src/architecture/names'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../../src/contracts/file-names'

const model = parseModelConfig(JSON.stringify(TINY_CONFIG))
const SHAPES: Partial<Record<Projection, [number, number]>> = { q_proj: [20, 20], v_proj: [4, 20], down_proj: [20, 28] }

function adapter(r = 3): PeftAdapter {
  const target_modules: Projection[] = ['q_proj', 'v_proj', 'down_proj']
  const pairs: LoraPair[] = []
  for (let layer = 0; layer < 2; layer++) {
    for (const projection of target_modules) {
      const [outFeatures, inFeatures] = SHAPES[projection]!
      const A = pseudoNormal(`A${layer}${projection}`, [r, inFeatures])
      const B = pseudoNormal(`B${layer}${projection}`, [outFeatures, r])
      pairs.push({ layer, projection, r, inFeatures, outFeatures, A, B })
    }
  }
  return {
    lora: { r, lora_alpha: 6, lora_dropout: 0.1, target_modules, use_rslora: false },
    pairs,
    baseModel: 'Qwen/Qwen2.5-0.5B',
  }
}

async function written(change: Record<string, unknown> = {}): Promise<MemoryFolder> {
  const folder = new MemoryFolder('adapter')
  await writePeft(folder, adapter(), linearPath)
  folder.files.set(ADAPTER_CONFIG, new TextEncoder().encode(JSON.stringify({ ...peftConfig(adapter()), ...change })))
  return folder
}

/** The same tensors under other names, in another type; null leaves one out. */
async function rewritten(
  folder: MemoryFolder,
  rename: (name: string) => string | null,
  dtype: FloatDtype = 'F32',
): Promise<void> {
  const file = await openSafetensors((await folder.open(ADAPTER_WEIGHTS))!)
  const kept = [...file.tensors.values()].filter(({ name }) => rename(name) !== null)
  const plan = kept.map(({ name, shape }) => ({ name: rename(name)!, shape, dtype }))
  const writer = await SafetensorsWriter.create(await folder.create(ADAPTER_WEIGHTS), plan)
  for (const { name, bytes } of kept) {
    const values = new Float32Array((await file.read(name, 0, bytes)).slice().buffer)
    await writer.write(fromFloat32(values, dtype))
  }
  await writer.close()
}

const replaceConfig = (folder: MemoryFolder, config: unknown) =>
  folder.files.set(ADAPTER_CONFIG, new TextEncoder().encode(JSON.stringify(config)))

async function codeOf(folder: MemoryFolder): Promise<string> {
  return readPeft(folder, linearModules(model)).then(
    () => 'no error',
    (error) => (error instanceof TuneError ? error.code : `${error}`),
  )
}

/** scale * B A of a module, row-major. */
function delta({ pairs, lora }: PeftAdapter, layer: number, projection: Projection): number[] {
  const pair = pairs.find((p) => p.layer === layer && p.projection === projection)!
  const out: number[] = []
  for (let i = 0; i < pair.outFeatures; i++) {
    for (let j = 0; j < pair.inFeatures; j++) {
      let sum = 0
      for (let k = 0; k < pair.r; k++) sum += pair.B[i * pair.r + k] * pair.A[k * pair.inFeatures + j]
      out.push(sum * loraScale(lora))
    }
  }
  return out
}

/** What PEFT 0.10's LoraConfig knows; it raises TypeError on any other key. */
const PEFT_0_10 =
  'peft_type auto_mapping base_model_name_or_path revision task_type inference_mode r target_modules lora_alpha lora_dropout ' +
  'fan_in_fan_out bias use_rslora modules_to_save init_lora_weights layers_to_transform layers_pattern rank_pattern alpha_pattern ' +
  'megatron_config megatron_core loftq_config use_dora layer_replication'

describe('PEFT adapters', () => {
  it('come back as they were written', async () => {
    const folder = new MemoryFolder('adapter')
    const files = await writePeft(folder, adapter(), linearPath)
    expect(files.map(({ path, bytes }) => [path, bytes])).toEqual(
      [...folder.files].map(([path, bytes]) => [path, bytes.length]),
    )
    expect(await readPeft(folder, linearModules(model))).toEqual(adapter())
  })

  it('are written with the keys that every PEFT since 0.10 knows, and the ones that readers must have', () => {
    const keys = Object.keys(peftConfig(adapter()))
    expect(keys.filter((key) => !PEFT_0_10.split(' ').includes(key))).toEqual([])
    expect(keys).toEqual([...keys].sort())
    expect(keys).toEqual(
      expect.arrayContaining(['peft_type', 'r', 'lora_alpha', 'target_modules', 'base_model_name_or_path']),
    )
  })

  it('have the tensor names that PEFT expects', async () => {
    const folder = new MemoryFolder('adapter')
    await writePeft(folder, adapter(), linearPath)
    const file = await openSafetensors((await folder.open(ADAPTER_WEIGHTS))!)
    expect(file.metadata).toEqual({ format: 'pt' })
    expect(file.tensors.get('base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight')!.shape).toEqual([3, 20])
    expect(file.tensors.get('base_model.model.model.layers.0.mlp.down_proj.lora_B.weight')!.shape).toEqual([20, 3])
  })

  it('are read with an adapter name in their tensors, without the prefix, and in 16 bits', async () => {
    const named = await written()
    await rewritten(named, (name) => name.replace('.weight', '.default.weight'))
    expect(await readPeft(named, linearModules(model))).toEqual(adapter())
    const bare = await written()
    await rewritten(bare, (name) => name.replace('base_model.model.', ''), 'BF16')
    const { pairs } = await readPeft(bare, linearModules(model))
    const rounded = (values: Float32Array) => toFloat32(fromFloat32(values, 'BF16'), 'BF16')
    expect(pairs).toEqual(adapter().pairs.map((pair) => ({ ...pair, A: rounded(pair.A), B: rounded(pair.B) })))
  })

  it('are read whether target_modules is a list, a pattern or a word', async () => {
    for (const target_modules of [['q_proj', 'v_proj', 'mlp.down_proj'], '.*\\.(q|v|down)_proj', 'all-linear']) {
      expect((await readPeft(await written({ target_modules }), linearModules(model))).lora.target_modules).toEqual([
        'q_proj',
        'v_proj',
        'down_proj',
      ])
    }
    const named = ['q_proj', 'v_proj', 'down_proj', 'o_proj']
    expect(await codeOf(await written({ target_modules: named }))).toBe('adapter-missing-modules')
    expect(
      (await readPeft(await written({ target_modules: named, exclude_modules: ['o_proj'] }), linearModules(model))).lora
        .target_modules,
    ).toHaveLength(3)
  })

  it('mean the same product when modules have ranks and alphas of their own', async () => {
    const folder = new MemoryFolder('adapter')
    const mixed = adapter()
    const small = adapter(2)
    mixed.pairs = mixed.pairs.map((pair, i) => (pair.projection === 'v_proj' ? small.pairs[i] : pair))
    await writePeft(folder, mixed, linearPath)
    const config = {
      ...peftConfig(mixed),
      rank_pattern: { v_proj: 2 },
      alpha_pattern: { 'layers.1.self_attn.q_proj': 12 },
    }
    folder.files.set(ADAPTER_CONFIG, new TextEncoder().encode(JSON.stringify(config)))
    const read = await readPeft(folder, linearModules(model))
    expect(read.pairs.every((pair) => pair.r === 3)).toBe(true)
    // A factor that is folded in is rounded to f32 once more, in numbers below one.
    const close = (got: number[], want: number[]) => {
      expect(got).toHaveLength(want.length)
      got.forEach((value, i) => expect(value).toBeCloseTo(want[i], 6))
    }
    close(delta(read, 0, 'v_proj'), delta(small, 0, 'v_proj'))
    close(delta(read, 0, 'q_proj'), delta(adapter(), 0, 'q_proj'))
    close(
      delta(read, 1, 'q_proj'),
      delta(adapter(), 1, 'q_proj').map((value) => 2 * value),
    )
  })

  it('are read whatever wrapped the model when it was saved', async () => {
    const wraps: ((name: string) => string)[] = [
      (name) => `_orig_mod.${name}`,
      (name) => `module.${name}`,
      (name) => name.replace('layers.0.', 'layers.0._orig_mod.'),
      (name) => name.replace('model.model.layers', 'model.layers'),
    ]
    for (const wrap of wraps) {
      const folder = await written()
      await rewritten(folder, wrap)
      expect(await readPeft(folder, linearModules(model)), String(wrap)).toEqual(adapter())
    }
  })

  it('are known by their tensors under another file name', async () => {
    const folder = await written()
    folder.files.set('my lora (1).safetensors', folder.files.get(ADAPTER_WEIGHTS)!)
    folder.files.delete(ADAPTER_WEIGHTS)
    expect(await readPeft(folder, linearModules(model))).toEqual(adapter())
    folder.files.set('other.safetensors', folder.files.get('my lora (1).safetensors')!)
    expect(await codeOf(folder)).toBe('adapter-no-weights')
  })

  it('have keys in Python spelling, of which none takes long', async () => {
    const scale = async (key: string) => {
      const read = await readPeft(await written({ alpha_pattern: { [key]: 12 } }), linearModules(model))
      return delta(read, 1, 'q_proj')[0] / delta(adapter(), 1, 'q_proj')[0]
    }
    // What re.match(rf"(.*\\.)?({key})$", path) of Python finds.
    expect(await scale('(?P<which>q|k)_proj')).toBeCloseTo(2)
    expect(await scale('(?i)Q_PROJ')).toBeCloseTo(2)
    expect(await scale('^model\\.layers\\.1\\..*_proj\\Z')).toBeCloseTo(2)
    expect(await scale('layers.0.self_attn.q_proj')).toBeCloseTo(1)
    expect(await scale('_proj')).toBeCloseTo(1)
    const began = performance.now()
    expect(await scale(`((.*)*)*${'(a|aa)+'.repeat(20)}b`)).toBeCloseTo(1)
    expect(performance.now() - began).toBeLessThan(2000)
    for (const key of ['(?=q)q_proj', '(q)\\1', 'q_proj++', '[', '(?(1)a|b)'])
      expect(await codeOf(await written({ alpha_pattern: { [key]: 12 } })), key).toBe('adapter-pattern')
  })

  it('add nothing in layers that they leave out', async () => {
    const folder = await written()
    await rewritten(folder, (name) => (name.includes('layers.0.self_attn.q') ? null : name))
    const read = await readPeft(folder, linearModules(model))
    expect(delta(read, 0, 'q_proj').every((value) => value === 0)).toBe(true)
    expect(delta(read, 1, 'q_proj')).toEqual(delta(adapter(), 1, 'q_proj'))
  })

  it.each<[string, (folder: MemoryFolder) => unknown]>([
    ['adapter-no-config', (folder) => folder.files.delete(ADAPTER_CONFIG)],
    ['adapter-no-weights', (folder) => folder.files.delete(ADAPTER_WEIGHTS)],
    [
      'adapter-half',
      (folder) => rewritten(folder, (name) => (name.includes('layers.0.self_attn.q_proj.lora_B') ? null : name)),
    ],
    ['adapter-layers', (folder) => rewritten(folder, (name) => name.replace('layers.1', 'layers.9'))],
    ['adapter-unknown-tensor', (folder) => rewritten(folder, (name) => name.replace('q_proj', 'embed_tokens'))],
    ['adapter-shape', (folder) => rewritten(folder, (name) => name.replace('q_proj', 'k_proj'))],
    ['adapter-empty', (folder) => rewritten(folder, () => null)],
    ['adapter-naming', (folder) => rewritten(folder, (name) => name.replace('model.model', 'model.language_model'))],
    ['adapter-foreign', (folder) => rewritten(folder, (name) => name.replace(/lora_A.weight/, 'lora_a'))],
    ['adapter-foreign', (folder) => rewritten(folder, (name) => name.replace(/lora_A/, 'lora_down'))],
    ['adapter-foreign', (folder) => replaceConfig(folder, { fine_tune_type: 'lora', lora_parameters: { rank: 8 } })],
    ['adapter-twice', (folder) => rewritten(folder, (name) => name.replace('lora_B.weight', 'lora_A.other.weight'))],
    ['json-not-object', (folder) => replaceConfig(folder, null)],
    ['json-not-object', (folder) => replaceConfig(folder, [])],
  ])('say %s', async (code, spoil) => {
    const folder = await written()
    await spoil(folder)
    expect(await codeOf(folder)).toBe(code)
  })

  it.each([
    ['adapter-rank', { r: 16 }],
    ['adapter-rank', { rank_pattern: { v_proj: 2 } }],
    ['config-field', { r: 0 }],
    ['config-field', { r: 2.5 }],
    ['config-field', { r: '3' }],
    ['config-field', { lora_alpha: 0 }],
    ['config-field', { lora_alpha: null }],
    ['config-field', { lora_dropout: 2 }],
    ['config-field', { alpha_pattern: { q_proj: 'many' } }],
    ['no error', { r: null, alpha_pattern: null, rank_pattern: [] }],
  ])('say %s of %j', async (code, change) => {
    expect(await codeOf(await written(change))).toBe(code)
  })

  it.each([NaN, Infinity])('are refused when they hold %d', async (value) => {
    const broken = adapter()
    broken.pairs[1].B[5] = value
    const folder = await written()
    await writePeft(folder, broken, linearPath)
    await expect(readPeft(folder, linearModules(model))).rejects.toThrow(
      `model.layers.0.self_attn.v_proj.lora_B.weight of the adapter holds ${value}`,
    )
  })

  it.each([
    { use_dora: true },
    { bias: 'all' },
    { modules_to_save: ['lm_head'] },
    { peft_type: 'IA3' },
    { fan_in_fan_out: true },
    { init_lora_weights: 'pissa_niter_4' },
    { init_lora_weights: 'olora' },
    { alora_invocation_tokens: [151644] },
    { kasa_config: {} },
  ])('are refused with %j', async (change) => {
    expect(await codeOf(await written(change))).toBe('adapter-option')
  })

  it.each([
    { init_lora_weights: false },
    { init_lora_weights: 'gaussian' },
    { use_dora: null, alora_invocation_tokens: null, lora_bias: false },
  ])('are read with %j', async (change) => {
    expect(await codeOf(await written(change))).toBe('no error')
  })
})

describe('the model card', () => {
  it('states the run and how to load the adapter', () => {
    const { lora, pairs, baseModel } = adapter()
    const card = (base: string, license: string | null, facts?: RunFacts) => {
      const say = cardSayer()
      const parts = peftClients({ name: 'clinic', ...baseNames(base, say), say }, lora)
      const source = { baseModel: base, opened: { license }, adapter: { lora, pairs }, facts }
      return adapterReadme(adapterFacts(source), 'peft', parts)
    }
    const facts = { runName: 'Clinic', dataName: 'clinic.json', rows: 60 }
    const outcome = { steps: 12, trainLoss: 1.5, seconds: 61.2 }
    const known = card(baseModel!, 'apache-2.0', { ...facts, outcome })
    expect(known).toMatch(/^---\nbase_model: "Qwen\/Qwen2\.5-0\.5B"\nlibrary_name: peft\n/)
    expect(known).toContain('\nlicense: "apache-2.0"\n')
    // Which hub the model came from is not known here.
    expect(known).not.toContain('http')
    expect(known).toContain('| optimiser steps | 12 |')
    expect(known).toContain('from_pretrained("Qwen/Qwen2.5-0.5B"')
    // A folder's name is no hub id and must not stand where hubs look for one.
    const mine = card('my model', 'My License: "as is" # 2')
    expect(mine).not.toContain('base_model:')
    expect(mine).toContain('\nlicense: other\nlicense_name: "My License: \\"as is\\" # 2"\n')
    expect(mine).toContain('put its path here.\nbase = AutoModelForCausalLM.from_pretrained("path/to/my model"')
    const builtin = card('builtin', null)
    expect(builtin).toContain("A LoRA adapter for TuneTab's built-in model")
    expect(builtin).toContain('from_pretrained("path/to/demo-model"')
    // Ranks that vLLM has room for begin at 8.
    expect(known).toContain('vllm serve Qwen/Qwen2.5-0.5B --enable-lora --max-lora-rank 8 --lora-modules clinic=.')
    expect(mine).toContain("vllm serve 'path/to/my model' --enable-lora")
  })
})
