import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collate } from '../../src/data/collate'
import type { TrainingShape } from '../../src/model/language-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { goldenAdapter, goldenModel } from '../helpers/golden'

const OPTIMIZER = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 }

describe('a step that is not finite', () => {
  let model: GpuLanguageModel
  beforeAll(async () => {
    model = await goldenModel('qwen2')
  })
  afterAll(() => model.destroy())

  const inputIds = Int32Array.from({ length: 12 }, (_, i) => (i * 13) % 257)
  const batch = collate([{ row: 1, inputIds, labels: inputIds, truncated: false }], [[0]])

  const kinds: Pick<TrainingShape, 'optimizer' | 'optimizerBudgetBytes'>[] = [
    { optimizer: 'adamw' },
    { optimizer: 'adamw8bit' },
    { optimizer: 'paged_adamw8bit', optimizerBudgetBytes: 1 },
  ]
  for (const kind of kinds) {
    test(`holds back the healthy one queued behind it, too: ${Object.values(kind).join(', ')}`, async () => {
      const { lora, pairs } = await goldenAdapter('qwen2')
      await model.attachLora(lora, { kind: 'pairs', pairs })
      const trainer = await model.createGpuTrainer({ batch: 1, tokens: 16, ...kind, seed: 1 })
      await trainer.accumulate(batch, 11)
      await trainer.step(OPTIMIZER)
      const before = await model.readLora()
      // A loss over no tokens is infinite.
      await trainer.accumulate(batch, 0)
      const bad = trainer.step(OPTIMIZER)
      bad.catch(() => undefined)
      await trainer.accumulate(batch, 11)
      const behind = trainer.step(OPTIMIZER)
      behind.catch(() => undefined)
      await expect(bad).rejects.toMatchObject({ code: 'train-non-finite', params: { step: 2 } })
      await expect(behind).rejects.toMatchObject({ code: 'train-non-finite' })
      expect(await model.readLora()).toEqual(before)
      trainer.destroy()
    })
  }
})
