import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MicroBatch } from '../../src/contracts/data'
import type { TrainerState, TrainingShape } from '../../src/model/language-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import type { GpuTrainer } from '../../src/model/training/trainer'
import { differing } from '../helpers/adamw-twin'
import { figure } from '../helpers/figures'
import { goldenBatch, goldenJson, goldenModel, isTriedHere } from '../helpers/golden'
import { testGpu } from '../helpers/gpu'
import type { LoraConfig } from '../../src/contracts/lora'
import type { StepResult } from '../../src/contracts/figures'
import { KERNEL_FIGURES } from '../../src/contracts/figures'

const OPTIMIZER = { lr: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
// Rank 64 of hidden 80: tensors of 5120 elements get 8-bit states, v_proj's B of fewer than 4096 keeps f32.
const LORA: LoraConfig = {
  r: 64,
  lora_alpha: 32,
  lora_dropout: 0,
  target_modules: ['q_proj', 'v_proj', 'down_proj'],
  use_rslora: false,
}
const STEPS = 3
const MICRO_BATCHES = 2

interface Options {
  shape?: Partial<TrainingShape>
  dropout?: number
  share?: boolean
  /** Save after this many steps and go on in a new trainer. */
  interrupt?: number
  /** Queue every window at once instead of awaiting each step. */
  queued?: boolean
}

interface Outcome {
  /** Every bit of the adapter, and of what each step reported. */
  adapter: Uint32Array
  steps: Uint32Array
  recomputed: number
}

for (const name of ['qwen2', 'qwen3', 'llama'].filter(isTriedHere)) {
  describe(name, () => {
    let model: GpuLanguageModel
    let batches: MicroBatch[]
    let T: number

    beforeAll(async () => {
      model = await goldenModel(name)
      const { run, rows } = goldenJson<{
        run: { max_length: number }
        rows: { input_ids: number[]; labels: number[] }[]
      }>(`${name}/training.json`)
      T = run.max_length
      batches = Array.from({ length: STEPS * MICRO_BATCHES }, (_, i) => {
        const at = (2 * i) % (rows.length - 1)
        return goldenBatch(rows.slice(at, at + 2), T)
      })
    })
    afterAll(() => model.destroy())

    async function train(options: Options = {}): Promise<Outcome> {
      const shape: TrainingShape = { batch: 2, tokens: T, optimizer: 'adamw8bit', seed: 11, ...options.shape }
      await model.attachLora({ ...LORA, lora_dropout: options.dropout ?? 0 }, { kind: 'random', seed: 3 })
      const make = (): Promise<GpuTrainer> => model.createGpuTrainer(shape, undefined, { share: options.share })
      let trainer = await make()
      const results: Promise<StepResult>[] = []
      for (let step = 0; step < STEPS; step++) {
        if (step > 0 && step === options.interrupt) {
          const state: TrainerState = await trainer.saveState()
          trainer.destroy()
          // Another adapter and its states come first, so that what is loaded must replace everything.
          await model.attachLora({ ...LORA, lora_dropout: options.dropout ?? 0 }, { kind: 'random', seed: 99 })
          trainer = await make()
          await trainer.accumulate(batches[0], 10)
          await trainer.step(OPTIMIZER)
          await trainer.loadState(state)
        }
        const window = batches.slice(step * MICRO_BATCHES, (step + 1) * MICRO_BATCHES)
        const items = window.reduce((sum, batch) => sum + batch.trainedTokens, 0)
        for (const batch of window) await trainer.accumulate(batch, items)
        const result = trainer.step(OPTIMIZER)
        results.push(result)
        if (!options.queued) await result
      }
      const reported = (await Promise.all(results)).flatMap((result) => KERNEL_FIGURES.map((name) => result[name]))
      const recomputed = trainer.plan.recomputedLayers
      const pairs = await model.readLora()
      trainer.destroy()
      const values = Float32Array.from(pairs.flatMap(({ A, B }) => [...A, ...B]))
      return {
        adapter: new Uint32Array(values.buffer),
        steps: new Uint32Array(Float32Array.from(reported).buffer),
        recomputed,
      }
    }

    /** The run that most are held against: 8-bit states, nothing recomputed, no dropout. Trained once. */
    let plainRun: Promise<Outcome> | undefined
    const plain = (): Promise<Outcome> => (plainRun ??= train())

    function expectSame(got: Outcome, want: Outcome): void {
      expect(figure(`same bits ${name}`, differing(got.steps, want.steps)), 'losses and norms').toBe(0)
      expect(figure(`same bits ${name}`, differing(got.adapter, want.adapter)), 'adapter').toBe(0)
    }

    const stateBytes = (kind: TrainingShape['optimizer']): number =>
      model
        .planMemory(LORA, { batch: 2, tokens: T, optimizer: kind, seed: 11, optimizerBudgetBytes: 2 ** 30 })
        .memory.find((item) => item.kind === 'optimizer')!.bytes

    test('two runs, recompute on or off, memory shared or not, states paged or not, queued or not: the same bits', async () => {
      const want = await plain()
      expect(want.recomputed).toBe(0)
      expectSame(await train(), want)
      const recomputed = await train({ shape: { budgetBytes: 1 } })
      expect(recomputed.recomputed).toBe(model.config.layers)
      expectSame(recomputed, want)
      expectSame(await train({ share: false }), want)
      expectSame(await train({ shape: { optimizerBudgetBytes: Math.floor(stateBytes('adamw8bit') / 10) } }), want)
      expectSame(await train({ shape: { optimizer: 'paged_adamw8bit', optimizerBudgetBytes: 30_000 } }), want)
      // A paged update hands in its pages one by one: the next window's pass must come after all of them.
      expectSame(await train({ shape: { optimizerBudgetBytes: 30_000 }, queued: true }), want)
      expectSame(await train({ shape: { gentle: true } }), want)
    })

    test('f32 states paged or not: the same bits, which are not those of 8-bit states', async () => {
      const want = await train({ shape: { optimizer: 'adamw' } })
      expectSame(
        await train({ shape: { optimizer: 'adamw', optimizerBudgetBytes: Math.floor(stateBytes('adamw') / 10) } }),
        want,
      )
      expect(differing((await plain()).adapter, want.adapter)).toBeGreaterThan(0)
    })

    test('dropout: the same bits from the same seed, recomputed or not; others from another', async () => {
      const want = await train({ dropout: 0.2 })
      expectSame(await train({ dropout: 0.2 }), want)
      expectSame(await train({ dropout: 0.2, shape: { budgetBytes: 1 } }), want)
      const other = await train({ dropout: 0.2, shape: { seed: 12 } })
      expect(differing(other.steps, want.steps)).toBeGreaterThan(0)
    })

    test('float16 activations: the same bits, recomputed or not', async () => {
      const gpu = await testGpu()
      const half = { computeDtype: 'float16' as const }
      const want = await train({ shape: half })
      // Without shader-f16 the run is one of float32.
      if (!gpu.features.f16) return expectSame(want, await plain())
      expectSame(await train({ shape: half }), want)
      expectSame(await train({ shape: { ...half, budgetBytes: 1 } }), want)
      expect(differing((await plain()).adapter, want.adapter)).toBeGreaterThan(0)
    })

    test('interrupted and resumed, with dropout: the bits of an uninterrupted run', async () => {
      for (const optimizer of ['adamw', 'adamw8bit', 'paged_adamw8bit'] as const) {
        const shape = { optimizer, ...(optimizer === 'paged_adamw8bit' ? { optimizerBudgetBytes: 30_000 } : {}) }
        expectSame(await train({ dropout: 0.1, shape, interrupt: 1 }), await train({ dropout: 0.1, shape }))
      }
    })

    test('a step in the steady state makes nothing on the GPU, paged states included', async () => {
      const gpu = await testGpu()
      await model.attachLora(LORA, { kind: 'random', seed: 3 })
      const trainer = await model.createGpuTrainer({
        batch: 2,
        tokens: T,
        optimizer: 'paged_adamw8bit',
        seed: 1,
        optimizerBudgetBytes: 30_000,
      })
      const step = async (): Promise<unknown> => {
        await trainer.accumulate(batches[0], 10)
        return trainer.step(OPTIMIZER)
      }
      await step()
      const { buffers, bindGroups, pipelines } = gpu.counts
      await step()
      await step()
      expect([gpu.counts.buffers, gpu.counts.bindGroups, gpu.counts.pipelines]).toEqual([
        buffers,
        bindGroups,
        pipelines,
      ])
      trainer.destroy()
    })
  })
}
