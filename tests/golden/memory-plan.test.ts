import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Gpu } from '../../src/gpu/device'
import type { TrainingShape } from '../../src/model/language-model'
import type { LoadOptions } from '../../src/model/loading/load-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { planUnloaded } from '../../src/model/training/plan-unloaded'
import type { LoraConfig } from '../../src/contracts/lora'
import { PROJECTIONS } from '../../src/contracts/model'
import { figure } from '../helpers/figures'
import { testGpu } from '../helpers/gpu'
import { goldenModel } from '../helpers/golden'

const LORA: LoraConfig = {
  r: 5,
  lora_alpha: 5,
  lora_dropout: 0.1,
  target_modules: [...PROJECTIONS],
  use_rslora: false,
}

/** The kind that a buffer outside the pass's slots counts under, by its label. */
function kindOf(label: string): string {
  if (label.startsWith('adapter page')) return 'adapter'
  if (label.startsWith('gradient page')) return 'gradients'
  if (/^(hyper|norm partials|dynamic maps|blocks of|state\.|optimizer|gradient norm)/.test(label)) return 'optimizer'
  if (/^(model\.embed_tokens|lm_head)/.test(label)) return 'head'
  if (/^(model\.|rope table)/.test(label)) return 'base'
  return 'inputs'
}

const models: [name: string, options?: LoadOptions][] = [
  ['qwen2'],
  // Untied: rows of the input table come from the host.
  ['llama'],
  ['qwen3', { loadIn4bit: false }],
]

const shapes: Omit<TrainingShape, 'seed'>[] = [
  { batch: 1, tokens: 1, optimizer: 'adamw' },
  { batch: 3, tokens: 37, optimizer: 'adamw8bit' },
  { batch: 2, tokens: 24, optimizer: 'adamw8bit', budgetBytes: 1, microBatches: 3 },
  { batch: 2, tokens: 24, optimizer: 'adamw', computeDtype: 'float16' },
  // Blocks of 520 bytes in windows of one and of several.
  { batch: 1, tokens: 8, optimizer: 'paged_adamw8bit', optimizerBudgetBytes: 1 },
  { batch: 1, tokens: 8, optimizer: 'adamw', optimizerBudgetBytes: 100_001 },
  // More positions than the table of angles that is there.
  { batch: 1, tokens: 1100, optimizer: 'adamw8bit' },
]

for (const [name, options] of models) {
  describe(`${name}: the plan of memory is what is allocated, byte by byte`, () => {
    let gpu: Gpu
    let model: GpuLanguageModel
    let before = 0
    const held = new Set<GPUBuffer>()
    let stop: () => void
    beforeAll(async () => {
      gpu = await testGpu()
      before = gpu.allocatedBytes
      stop = gpu.watchBuffers((buffer) => {
        held.add(buffer)
        const destroy = buffer.destroy.bind(buffer)
        buffer.destroy = () => {
          held.delete(buffer)
          destroy()
        }
      })
      model = await goldenModel(name, options)
    })
    afterAll(() => {
      stop()
      model.destroy()
      expect(gpu.allocatedBytes).toBe(before)
    })

    for (const shape of shapes) {
      test(JSON.stringify(shape), async () => {
        const of = { ...shape, seed: 1 }
        await model.attachLora(LORA, { kind: 'random', seed: 1 })
        const plan = model.planMemory(LORA, of)
        // A model that is not loaded has no table of angles that was outgrown.
        if (shape.tokens <= 1024) {
          const stored = { dtype: 'bf16', loadIn4bit: options?.loadIn4bit !== false, doubleQuant: true } as const
          expect(planUnloaded(gpu, model.config, stored, LORA, of)).toEqual(plan)
        }
        const trainer = await model.createGpuTrainer(of)
        expect(trainer.plan).toEqual(plan)
        expect(figure('plan minus allocation', plan.peakBytes - (gpu.allocatedBytes - before))).toBe(0)
        expect(plan.recomputedLayers).toBe(shape.budgetBytes === 1 ? model.config.layers : 0)

        const slots = trainer.passPlanForProfiling().placement.slots
        const byKind = new Map<string, number>()
        for (const { label, size } of held) {
          const slot = /^training pass slot (\d+)$/.exec(label)
          const kind = slot ? slots[Number(slot[1])].kind : kindOf(label)
          byKind.set(kind, (byKind.get(kind) ?? 0) + size)
        }
        expect(Object.fromEntries(byKind)).toEqual(Object.fromEntries(plan.memory.map((i) => [i.kind, i.bytes])))
        trainer.destroy()
      })
    }
  })
}
