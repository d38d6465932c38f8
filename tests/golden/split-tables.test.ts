import { describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { bytesSource } from '../../src/formats/memory-folder'
import { openSafetensors } from '../../src/formats/safetensors'
import type { Gpu } from '../../src/gpu/device'
import { parseModelConfig } from '../../src/architecture/config'
import { loadLanguageModel } from '../../src/model/loading/load-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { relativeError, testGpu } from '../helpers/gpu'
import { goldenAdapter, goldenJson, goldenPath, goldenTensors, modelBatch } from '../helpers/golden'

/**
 * The device under test with another binding limit: a table of a few kilobytes then splits as one of a gigabyte does.
 */
function withBindingLimit(gpu: Gpu, bytes: number): Gpu {
  const limits = new Proxy(gpu.device.limits, {
    get: (target, key) => (key === 'maxStorageBufferBindingSize' ? bytes : Reflect.get(target, key, target)),
  })
  const device = new Proxy(gpu.device, {
    get(target, key) {
      if (key === 'limits') return limits
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return { ...gpu, device } as Gpu
}

/** A golden folder whose table was laid out under the limit; `parts` = how many buffers it took. */
async function loadSplit(folder: string, bytes: number): Promise<{ model: GpuLanguageModel; parts: number }> {
  const gpu = await testGpu()
  const limited = withBindingLimit(gpu, bytes)
  const config = parseModelConfig(readFileSync(goldenPath(`${folder}/config.json`), 'utf8'))
  const path = goldenPath(`${folder}/model.safetensors`)
  const weights = await openSafetensors(bytesSource(path, new Uint8Array(readFileSync(path))))
  let parts = 0
  limited.buffer = (label, size, usage) => {
    if (/embed_tokens|lm_head/.test(label)) parts++
    return gpu.buffer(label, size, usage)
  }
  const model = (await loadLanguageModel(limited, { config, weights })) as GpuLanguageModel
  // Plans ask for their scratch under the device's own limit.
  Object.assign(limited, { device: gpu.device })
  return { model, parts }
}

interface Expected {
  loss: number
  num_items: number
  row_sums: number[]
  logit_positions: number[]
}

for (const [name, limit, count] of [
  ['qwen2', 16 * 1024, 3],
  ['qwen3', 8 * 1024, 4],
  ['llama', 10 * 1024, 4],
] as const) {
  describe(`${name}, its table in ${count} buffers`, () => {
    test('losses, logits and gradients are those of one buffer', async () => {
      const { model, parts } = await loadSplit(`${name}/model`, limit)
      expect(parts).toBe(count)
      const { lora, pairs } = await goldenAdapter(name)
      await model.attachLora(lora, { kind: 'pairs', pairs })
      const batch = modelBatch(name)
      const expected = goldenJson<Expected>(`${name}/expected.json`)

      // The same bounds as for the whole table: see model.test.ts.
      expect(relativeError((await model.lossPerLine(batch, true)).sums, expected.row_sums)).toBeLessThan(1e-5)
      const V = model.config.vocabSize
      const all = await model.logits(batch.inputIds.slice(0, batch.T), true)
      const want = (await goldenTensors(`${name}/logits.safetensors`)).get('logits')!
      expect(
        relativeError(
          expected.logit_positions.flatMap((t) => [...all.subarray(t * V, t * V + V)]),
          want.data,
        ),
      ).toBeLessThan(1e-5)

      const trainer = await model.createGpuTrainer({ batch: batch.B, tokens: batch.T, optimizer: 'adamw', seed: 1 })
      await trainer.accumulate(batch, expected.num_items)
      const gradients = await goldenTensors(`${name}/gradients.safetensors`)
      for (const [slot, values] of await trainer.readGradients()) {
        expect(relativeError(values, gradients.get(`base_model.model.model.${slot}.weight`)!.data), slot).toBeLessThan(
          5e-5,
        )
      }
      trainer.destroy()
      model.destroy()
    })
  })
}

test('a head stored as NF4 fills as many buffers', async () => {
  const { model, parts } = await loadSplit('bnb/head', 20 * 1024)
  expect(parts).toBe(4)
  const { row_sums } = goldenJson<{ kinds: { head: Expected } }>('bnb/expected.json').kinds.head
  // As in one buffer: see nf4-checkpoint.test.ts.
  expect(relativeError((await model.lossPerLine(modelBatch('llama'), false)).sums, row_sums)).toBeLessThan(1e-5)
  model.destroy()
})

test('a linear larger than a binding is refused by name', async () => {
  await expect(loadSplit('qwen2/model', 4 * 1024)).rejects.toMatchObject({
    code: 'gpu-tensor-too-large',
    params: { limit: 4096 },
  })
})
