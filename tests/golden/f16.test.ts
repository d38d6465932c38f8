import { describe, expect, test } from 'vitest'
import type { MicroBatch } from '../../src/contracts/data'
import { figure } from '../helpers/figures'
import { testGpu } from '../helpers/gpu'
import { goldenAdapter, goldenBatch, goldenJson, goldenModel } from '../helpers/golden'

interface Training {
  run: { per_device_train_batch_size: number; max_length: number }
  rows: { input_ids: number[]; labels: number[] }[]
}

/** Losses and gradient norms of some steps with the given element type of the activations. */
async function run(
  name: string,
  computeDtype: 'float32' | 'float16',
  steps = 30,
): Promise<{ losses: number[]; norms: number[]; bytes: number }> {
  const model = await goldenModel(name)
  const adapter = await goldenAdapter(name)
  await model.attachLora(adapter.lora, { kind: 'pairs', pairs: adapter.pairs })
  const { run: file, rows } = goldenJson<Training>(`${name}/training.json`)
  const size = file.per_device_train_batch_size
  const batches: MicroBatch[] = []
  for (let i = 0; i < rows.length; i += size) batches.push(goldenBatch(rows.slice(i, i + size), file.max_length))
  const trainer = await model.createGpuTrainer({
    batch: size,
    tokens: file.max_length,
    optimizer: 'adamw',
    computeDtype,
    seed: 1,
  })
  const losses: number[] = []
  const norms: number[] = []
  for (let step = 0; step < steps; step++) {
    const batch = batches[step % batches.length]
    await trainer.accumulate(batch, batch.trainedTokens)
    const result = await trainer.step({ lr: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 })
    losses.push(result.loss)
    norms.push(result.grad_norm)
  }
  const bytes = trainer.plan.memory.find(({ kind }) => kind === 'activations')!.bytes
  model.destroy()
  return { losses, norms, bytes }
}

// Which tests there are depends on the device, so it is opened before they are named.
const gpu = await testGpu()

describe('f16 activations', () => {
  // SwiftShader has no shader-f16, nor has a device with default limits; lavapipe has.
  for (const name of ['qwen2', 'qwen3', 'llama']) {
    test.runIf(gpu.features.f16)(`${name}: 30 steps within 1e-2 of f32, with less memory`, async () => {
      const full = await run(name, 'float32')
      const half = await run(name, 'float16')
      // The bound that f16's 11 bits allow over 30 steps; each step's loss is an average over its tokens' roundings.
      for (const [step, loss] of half.losses.entries()) {
        expect(figure(`f16 loss ${name}`, Math.abs(loss - full.losses[step])), `loss of step ${step + 1}`).toBeLessThan(
          1e-2,
        )
      }
      // A norm of gradients that pass through 11 bits is good to a few thousandths.
      for (const [step, norm] of half.norms.entries())
        expect(Math.abs(norm / full.norms[step] - 1), `norm of step ${step + 1}`).toBeLessThan(5e-3)
      // It must be another computation, not the same one under another name.
      expect(half.losses).not.toEqual(full.losses)
      expect(half.bytes).toBeLessThan(0.75 * full.bytes)
    })
  }

  test.runIf(!gpu.features.f16)('without shader-f16 the run is the f32 one', async () => {
    expect((await run('llama', 'float16', 4)).losses).toEqual((await run('llama', 'float32', 4)).losses)
  })
})
