import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TuneError } from '../../src/errors'
import { bnbScales, readBnbTensor } from '../../src/formats/bnb'
import { bnb4bit, skips } from '../../src/exporters/kinds/bnb-4bit'
import { fromFloat32, toFloat32 } from '../../src/formats/floats'
import { bytesSource, MemoryFolder } from '../../src/formats/memory-folder'
import { writeMerged } from '../../src/exporters/merging/merge'
import { openModelFolder } from '../../src/model/opening/open-model'
import { dequantizeBlocks, dequantizeScales, doubleQuantize, quantizeBlocks } from '../../src/formats/nf4'
import { openSafetensors } from '../../src/formats/safetensors'
import type { WeightSource } from '../../src/contracts/weights'
import { goldenPath } from '../helpers/golden'
import { exportSource } from '../helpers/export-source'
import { goldenFolder } from '../helpers/golden-folder'
import { tinyFolder } from '../helpers/tiny-folder'

// 20 x 28 = 560 weights: eight whole blocks and one of 48.
const STATE = 'quant_state.bitsandbytes__nf4'
const NAME = 'model.layers.1.mlp.down_proj.weight'

async function checkpoint() {
  const source = await openModelFolder(await tinyFolder())
  const folder = new MemoryFolder('tiny-bnb-4bit')
  await bnb4bit.write(exportSource(source), {}, folder)
  return { source, folder, opened: await openModelFolder(folder) }
}
const all = (weights: WeightSource, name: string) => weights.read(name, 0, weights.tensors.get(name)!.bytes)

// Quick alone, slow beside the GPU suites.
describe('bitsandbytes checkpoints', { timeout: 60_000 }, () => {
  it('hold the codes and scales that bitsandbytes would make', async () => {
    const { source, opened } = await checkpoint()
    expect(opened.config.quantization).toMatchObject({ quantType: 'nf4', doubleQuant: true, skipModules: ['lm_head'] })
    expect(opened.parameters).toBe(source.parameters)
    const values = toFloat32(await all(source.weights, NAME), 'BF16')
    const { codes, absmax } = quantizeBlocks(values)
    expect(await all(opened.weights, NAME)).toEqual(codes)
    const tensor = await readBnbTensor(opened.weights, NAME, 28)
    expect(tensor).toMatchObject({ shape: [20, 28], dtype: 'bfloat16' })
    expect(bnbScales(tensor)).toEqual(dequantizeScales(doubleQuantize(absmax)))
    expect(await all(opened.weights, 'model.embed_tokens.weight')).toEqual(
      await all(source.weights, 'model.embed_tokens.weight'),
    )
  })

  it.each(['nested', 'plain'] as const)('equal the %s one that transformers saved of the same model', async (kind) => {
    const source = await goldenFolder('qwen2')
    const path = goldenPath(`bnb/${kind}`)
    const theirs = await openSafetensors(bytesSource(path, new Uint8Array(readFileSync(`${path}/model.safetensors`))))
    const skipModules = kind === 'plain' ? ['k_proj', 'model.layers.1.mlp.down_proj'] : []
    const folder = new MemoryFolder(kind)
    const settings = { doubleQuant: kind === 'nested', skipModules, computeDtype: 'float32' }
    await bnb4bit.write(exportSource(source), settings, folder)
    const ours = await openModelFolder(folder)

    expect([...ours.weights.tensors.keys()].sort()).toEqual([...theirs.tensors.keys()].sort())
    const text = async (weights: WeightSource, name: string) => new TextDecoder().decode(await all(weights, name))
    for (const [name, { dtype, shape }] of theirs.tensors) {
      if (name.endsWith(STATE)) {
        // Ours is padded with spaces.
        expect(JSON.parse(await text(ours.weights, name)), name).toEqual(JSON.parse(await text(theirs, name)))
        continue
      }
      expect(ours.weights.tensors.get(name), name).toMatchObject({ dtype, shape })
      // Also the nested ones: torch's f32 mean of the scales happens to round as ours for these 14 weights.
      expect(Buffer.from(await all(ours.weights, name)).equals(await all(theirs, name)), name).toBe(true)
    }
    const theirConfig = JSON.parse(readFileSync(`${path}/config.json`, 'utf8')) as {
      quantization_config: Record<string, unknown>
    }
    // null leaves the head out by transformers' own rule; ours says so.
    const skipped = { llm_int8_skip_modules: theirConfig.quantization_config.llm_int8_skip_modules ?? ['lm_head'] }
    expect({ ...theirConfig.quantization_config, ...skipped }).toMatchObject(
      ours.config.raw.quantization_config as object,
    )
  })

  it('skip the modules that transformers will skip when it loads them', () => {
    const paths = [1, 11].flatMap((layer) =>
      ['self_attn.q_proj', 'mlp.down_proj'].map((path) => `model.layers.${layer}.${path}`),
    )
    // What `should_convert_module` of transformers 5.23 says: 1 stands for a skipped path, in the order above.
    const decided = {
      q_proj: '1010',
      proj: '1111',
      'layers.1': '0000',
      'layers.1.mlp': '0000',
      'model.layers.1': '1100',
      'model.layers.1.mlp': '0100',
      'model.layers.*.mlp': '0101',
      'model.layers.1.self_attn.q': '0000',
      'down_proj|model.layers.11': '0011',
      '1.mlp.down_proj': '0101',
    }
    for (const [pattern, expected] of Object.entries(decided)) {
      expect(paths.map((path) => Number(skips(pattern, path))).join(''), pattern).toBe(expected)
    }
  })

  // F32: as `bnb_4bit_quant_storage: float32` names the same bytes.
  it.each(['U8', 'F32'] as const)('merge into what their codes, called %s, stand for', async (called) => {
    const { opened } = await checkpoint()
    const tensors = new Map(opened.weights.tensors)
    for (const info of tensors.values()) {
      if (info.name.endsWith('_proj.weight'))
        tensors.set(info.name, { ...info, dtype: called, shape: [info.bytes / (called === 'U8' ? 1 : 4), 1] })
    }
    const out = new MemoryFolder('merged')
    await writeMerged({ ...opened, weights: { ...opened.weights, tensors } }, { pairs: [], scale: 1 }, out)
    const merged = await openModelFolder(out)
    expect(merged.config.quantization).toBeUndefined()
    const scales = bnbScales(await readBnbTensor(opened.weights, NAME, 28))
    const want = fromFloat32(dequantizeBlocks(await all(opened.weights, NAME), scales, 560), 'BF16')
    expect(await all(merged.weights, NAME)).toEqual(want)
  })

  it('are dequantised the same in pieces that begin inside a byte and a block', async () => {
    const { codes, absmax } = quantizeBlocks(Float32Array.from({ length: 301 }, (_, i) => Math.sin(i)))
    const whole = dequantizeBlocks(codes, absmax, 301)
    for (const [from, count] of [
      [0, 301],
      [7, 100],
      [63, 2],
      [129, 172],
    ]) {
      const part = codes.slice(Math.floor(from / 2), Math.ceil((from + count) / 2))
      expect(dequantizeBlocks(part, absmax, count, from)).toEqual(whole.slice(from, from + count))
    }
  })

  it('are refused when their state cannot be right', async () => {
    const { opened } = await checkpoint()
    const spoilt = async (suffix: string, change: (bytes: Uint8Array) => Uint8Array): Promise<string> => {
      const weights: WeightSource = {
        tensors: opened.weights.tensors,
        async read(name, offset, length) {
          const bytes = await opened.weights.read(name, offset, length)
          return name === `${NAME}.${suffix}` ? change(bytes) : bytes
        },
      }
      return readBnbTensor(weights, NAME, 28).then(
        () => 'no error',
        (error) => (error as TuneError).code,
      )
    }
    const state = STATE
    const edited = (from: string, to: string) => (bytes: Uint8Array) =>
      new TextEncoder().encode(new TextDecoder().decode(bytes).replace(from, to))
    expect(await spoilt(state, (bytes) => bytes)).toBe('no error')
    expect(await spoilt(state, edited('"blocksize":64', '"blocksize":128'))).toBe('bnb-state')
    expect(await spoilt(state, edited('"shape":[20,28]', '"shape":[20,32]'))).toBe('bnb-state')
    // As many elements, in other rows.
    expect(await spoilt(state, edited('"shape":[20,28]', '"shape":[28,20]'))).toBe('bnb-state')
    expect(await spoilt(state, edited('"nested_offset"', '"nested_off"'))).toBe('bnb-state')
    expect(await spoilt(state, () => Uint8Array.of(1, 2))).toBe('bnb-state')
    expect(await spoilt('quant_map', (bytes) => bytes.map(() => 0))).toBe('bnb-state')
  })
})
