import { describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { bytesSource } from '../../src/formats/memory-folder'
import { openSafetensors } from '../../src/formats/safetensors'
import { readBuffer } from '../../src/gpu/readback'
import { parseModelConfig } from '../../src/architecture/config'
import { loadLanguageModel } from '../../src/model/loading/load-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { nf4Layout, type Nf4Weight } from '../../src/ops/nf4'
import type { Projection } from '../../src/contracts/model'
import type { ModelWeights } from '../../src/model/weights'
import { differing } from '../helpers/adamw-twin'
import { figure } from '../helpers/figures'
import { relativeError, testGpu } from '../helpers/gpu'
import { goldenJson, goldenPath, goldenTensors, modelBatch } from '../helpers/golden'

const { kinds } = goldenJson<{ kinds: Record<string, { model: string; row_sums: number[]; quantized: number }> }>(
  'bnb/expected.json',
)

/** A checkpoint that transformers saved with 4-bit weights, loaded as the studio loads it. */
async function load(kind: string): Promise<GpuLanguageModel> {
  const gpu = await testGpu()
  const folder = goldenPath(`bnb/${kind}`)
  const config = parseModelConfig(readFileSync(`${folder}/config.json`, 'utf8'))
  const weights = await openSafetensors(
    bytesSource(folder, new Uint8Array(readFileSync(`${folder}/model.safetensors`))),
  )
  return (await loadLanguageModel(gpu, { config, weights })) as GpuLanguageModel
}

for (const [kind, expected] of Object.entries(kinds)) {
  describe(`a ${kind} checkpoint of bitsandbytes`, () => {
    test('dequantised rows and losses', async () => {
      const model = await load(kind)
      const rows = await goldenTensors('bnb/rows.safetensors')
      let compared = 0
      for (const [key, { data, shape }] of rows) {
        if (!key.startsWith(`${kind}.`)) continue
        const ours = await model.dequantizedRows(key.slice(kind.length + 1), 0, shape[0])
        // Imported codes and scales are the same bytes; a GPU may fuse map * scale + offset, which moves a last bit.
        expect(relativeError(ours, data), key).toBeLessThan(kind === 'plain' ? 2 ** -30 : 2 ** -22)
        compared++
      }
      expect(compared).toBe(3)

      const batch = modelBatch(expected.model)
      const { sums } = await model.lossPerLine(batch, false)
      // As for the models quantised here: some forty roundings.
      expect(relativeError(sums, expected.row_sums)).toBeLessThan(1e-5)
      model.destroy()
    })
  })
}

test('codes and scales of a checkpoint stand on the GPU as they stand in the file', async () => {
  const folder = goldenPath('bnb/nested')
  const file = await openSafetensors(bytesSource(folder, new Uint8Array(readFileSync(`${folder}/model.safetensors`))))
  const gpu = await testGpu()
  const model = await load('nested')
  const { layers } = (model as unknown as { weights: ModelWeights }).weights
  let linears = 0
  for (const [name, info] of file.tensors) {
    if (!name.endsWith('_proj.weight')) continue
    const [, layer, projection] = /layers\.(\d+)\.\w+\.(\w+)\.weight$/.exec(name)!
    const { weight } = layers[Number(layer)].linears[projection as Projection]
    const layout = nf4Layout(info.bytes * 2, true)
    const { buffer, at: from } = weight as Nf4Weight
    const all = await readBuffer(gpu, buffer, from ?? 0, layout.words * 4)
    const bytesOf = async (suffix: string): Promise<Uint8Array> =>
      file.read(`${name}${suffix}`, 0, file.tensors.get(`${name}${suffix}`)!.bytes)
    const at = (word: number, like: Uint8Array): Uint8Array => new Uint8Array(all, word * 4, like.length)
    for (const [word, suffix] of [
      [layout.codeAt, ''],
      [layout.absmaxAt, '.absmax'],
      [layout.nestedAt, '.nested_absmax'],
      [0, '.nested_quant_map'],
    ] as const) {
      const want = await bytesOf(suffix)
      expect(figure('imported bytes that differ', differing(at(word, want), want)), name + suffix).toBe(0)
      figure('imported bytes', want.length)
    }
    linears++
  }
  expect(linears).toBe(14)
  model.destroy()
})
