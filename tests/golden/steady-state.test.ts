import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collate } from '../../src/data/collate'
import { IGNORE, type MicroBatch, type TokenizedRow } from '../../src/contracts/data'
import type { Gpu } from '../../src/gpu/device'
import type { TrainingShape } from '../../src/model/language-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { testGpu } from '../helpers/gpu'
import { goldenAdapter, goldenModel } from '../helpers/golden'

const OPTIMIZER = { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 }

describe('after the first step nothing is made on the GPU', () => {
  let model: GpuLanguageModel
  let gpu: Gpu
  beforeAll(async () => {
    gpu = await testGpu()
    model = await goldenModel('qwen2')
    const { lora, pairs } = await goldenAdapter('qwen2')
    await model.attachLora({ ...lora, lora_dropout: 0.1 }, { kind: 'pairs', pairs })
  })
  afterAll(() => model.destroy())

  /** `lines` rows of `length` tokens, as many of them trained. */
  function batch(lines: number, length: number, trained: number): MicroBatch {
    const rows: TokenizedRow[] = Array.from({ length: lines }, (_, row) => {
      const inputIds = Int32Array.from({ length }, (_, i) => (row * 7 + i * 13) % 257)
      return {
        row: row + 1,
        inputIds,
        labels: inputIds.map((id, i) => (i < length - trained ? IGNORE : id)),
        truncated: false,
      }
    })
    return collate(
      rows,
      rows.map((_, i) => [i]),
      { padToMultipleOf: 8 },
    )
  }

  /** Counters that move while `work` runs, without buffers of a device that tests themselves read through. */
  async function counted(work: () => Promise<void>): Promise<Gpu['counts']> {
    const before = { ...gpu.counts }
    const bytes = gpu.allocatedBytes
    await work()
    expect(gpu.allocatedBytes).toBe(bytes)
    const moved = { ...gpu.counts }
    for (const key of Object.keys(moved) as (keyof Gpu['counts'])[]) moved[key] -= before[key]
    return moved
  }

  const kinds: Pick<TrainingShape, 'optimizer' | 'optimizerBudgetBytes' | 'computeDtype'>[] = [
    { optimizer: 'adamw' },
    { optimizer: 'adamw', computeDtype: 'float16' },
    { optimizer: 'adamw8bit' },
    // States that do not fit go through a window, in more submits.
    { optimizer: 'paged_adamw8bit', optimizerBudgetBytes: 1 },
  ]
  for (const kind of kinds) {
    test(`training with ${Object.values(kind).join(', ')}: one shape, and shapes that change within the capacity`, async () => {
      const trainer = await model.createGpuTrainer({ batch: 3, tokens: 32, ...kind, microBatches: 2, seed: 1 })
      const step = async (...window: MicroBatch[]): Promise<void> => {
        for (const micro of window) await trainer.accumulate(micro, 20)
        await trainer.step(OPTIMIZER)
      }
      const [small, other, full] = [batch(2, 16, 9), batch(3, 13, 5), batch(3, 32, 31)]
      await step(full, other)
      await step(small, batch(1, 8, 1))

      const same = await counted(() => step(full, full))
      expect(same).toMatchObject({ buffers: 0, bindGroups: 0, pipelines: 0 })
      const again = await counted(() => step(full, full))
      expect(again).toEqual(same)
      // Two micro batches and the optimiser, each one submit at this size.
      const perStep = same.submits - 2
      if (kind.optimizerBudgetBytes === undefined) expect(perStep).toBe(1)

      // A shape not seen before may want other tiles of the matmul, which compile once; memory and bindings stay as
      // they are.
      const others = [batch(1, 16, 3), batch(2, 24, 24), batch(3, 9, 2), small, other]
      for (const shape of others) expect(await counted(() => step(shape))).toMatchObject({ buffers: 0, bindGroups: 0 })
      for (const shape of others) {
        const moved = await counted(() => step(shape))
        expect(moved).toMatchObject({ buffers: 0, bindGroups: 0, pipelines: 0, submits: 1 + perStep })
        expect(moved.dispatches, `${shape.B} x ${shape.T}`).toBeLessThanOrEqual(same.dispatches)
      }
      trainer.destroy()
    })
  }

  test('evaluation', async () => {
    await model.lossPerLine(batch(3, 32, 30), true)
    const moved = await counted(async () => void (await model.lossPerLine(batch(2, 16, 7), true)))
    expect(moved).toMatchObject({ buffers: 0, bindGroups: 0, pipelines: 0, submits: 1 })
  })

  test.each([
    ['the best', null],
    ['drawn', { temperature: 1, topK: 5, topP: 0.9 }],
  ])('decoding, a token after another, %s', async (_, how) => {
    const decoder = await model.createDecoder({ lines: 2, capacity: 64, cache: 'f32' }, true, how)
    await (await decoder.prompt(0, Int32Array.of(1, 2, 3, 4, 5))).read()
    for (let i = 0; i < 4; i++) await (await decoder.step()).read()
    const moved = await counted(async () => {
      for (let i = 0; i < 8; i++) await (await decoder.step()).read()
    })
    expect(moved).toMatchObject({ buffers: 0, bindGroups: 0, pipelines: 0, submits: 8 })
    decoder.destroy()
  })

  test('everything is given back', async () => {
    const bytes = gpu.allocatedBytes
    const second = await goldenModel('llama')
    await second.attachLora(
      { r: 2, lora_alpha: 4, lora_dropout: 0, target_modules: ['q_proj', 'up_proj'], use_rslora: false },
      { kind: 'random', seed: 1 },
    )
    const trainer = await second.createGpuTrainer({ batch: 2, tokens: 16, optimizer: 'adamw', seed: 1 })
    await trainer.accumulate(batch(2, 16, 4), 8)
    await trainer.step(OPTIMIZER)
    await second.lossPerLine(batch(1, 8, 4), true)
    second.destroy()
    expect(gpu.allocatedBytes).toBe(bytes)
  })
})
