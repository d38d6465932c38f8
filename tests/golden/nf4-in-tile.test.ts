import { expect, test } from 'vitest'
import type { LoraConfig } from '../../src/contracts/lora'
import { KERNEL_FIGURES } from '../../src/contracts/figures'
import type { WorkgroupTile } from '../../src/gpu/tuning'
import { differing } from '../helpers/adamw-twin'
import { figure } from '../helpers/figures'
import { goldenBatch, goldenJson, goldenModel } from '../helpers/golden'
import { testGpu } from '../helpers/gpu'

// A whole model whose products all decode their weights in the tile: the bits of a run with a slab, in less memory.

const LORA: LoraConfig = {
  r: 4,
  lora_alpha: 8,
  lora_dropout: 0,
  target_modules: ['q_proj', 'v_proj', 'down_proj'],
  use_rslora: false,
}
const OPTIMIZER = { lr: 2e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }
const STEPS = 3

// lavapipe's compiler takes half a minute for these kernels, SwiftShader's seconds.
const { description } = (await testGpu()).info
test.skipIf(description.includes('llvmpipe'))(
  'training with weights decoded in the tiles: the same bits, and the plan, which is the allocation, has no slab',
  async () => {
    const gpu = await testGpu()
    const before = gpu.allocatedBytes
    const model = await goldenModel('qwen2')
    const { run, rows } = goldenJson<{
      run: { max_length: number }
      rows: { input_ids: number[]; labels: number[] }[]
    }>('qwen2/training.json')
    const T = run.max_length
    const batch = goldenBatch(rows.slice(0, 2), T)
    const shape = { batch: 2, tokens: T, optimizer: 'adamw', seed: 11 } as const

    async function trained(tile: WorkgroupTile | null) {
      gpu.kernels.retune({ nf4InTile: tile ? { forward: tile, backward: tile } : {} })
      await model.attachLora(LORA, { kind: 'random', seed: 3 })
      const plan = model.planMemory(LORA, shape)
      const trainer = await model.createGpuTrainer(shape)
      expect(trainer.plan).toEqual(plan)
      expect(figure('plan minus allocation', plan.peakBytes - (gpu.allocatedBytes - before))).toBe(0)
      const figures: number[] = []
      for (let step = 0; step < STEPS; step++) {
        await trainer.accumulate(batch, batch.trainedTokens)
        const result = await trainer.step(OPTIMIZER)
        figures.push(...KERNEL_FIGURES.map((name) => result[name]))
      }
      const adapter = (await model.readLora()).flatMap(({ A, B }) => [...A, ...B])
      trainer.destroy()
      const bits = (values: number[]) => new Uint32Array(Float32Array.from(values).buffer)
      return { peakBytes: plan.peakBytes, losses: bits(figures), adapter: bits(adapter) }
    }

    try {
      const slab = await trained(null)
      const inTile = await trained('workgroup 4x4 of 8')
      expect(figure('same bits', differing(inTile.losses, slab.losses)), 'losses and norms').toBe(0)
      expect(figure('same bits', differing(inTile.adapter, slab.adapter)), 'adapter').toBe(0)
      expect(inTile.peakBytes).toBeLessThan(slab.peakBytes)
    } finally {
      gpu.kernels.retune({ nf4InTile: {} })
      model.destroy()
    }
  },
)
