import { beforeAll, describe, expect, test } from 'vitest'
import type { Gpu } from '../../src/gpu/device'
import { readBuffer } from '../../src/gpu/readback'
import { storageBuffer } from '../../src/gpu/storage'
import { AdapterStore } from '../../src/model/adapter-store'
import { Optimizer, type SavedTensor } from '../../src/model/training/optimizer'
import type { ModelConfig } from '../../src/contracts/model'
import { hyperWords, type OptimizerStep } from '../../src/ops/adamw'
import { bits, differing, eightBitStep, freshState, fullStep, unpackRecords } from '../helpers/adamw-twin'
import { random, testGpu, tunedGpu } from '../helpers/gpu'
import type { LoraConfig } from '../../src/contracts/lora'
import type { OptimizerKind } from '../../src/contracts/optimizer'
import { STATS } from '../../src/ops/step-words'

// Odd sizes on purpose: rank 5; A of 5 x 1031 and 5 x 823 are above 4096 elements with tails, the others below.
const config = {
  layers: 2,
  hiddenSize: 1031,
  intermediateSize: 823,
  heads: 1,
  kvHeads: 1,
  headDim: 61,
  vocabSize: 7,
} as ModelConfig
const lora: LoraConfig = {
  r: 5,
  lora_alpha: 5,
  lora_dropout: 0,
  target_modules: ['q_proj', 'up_proj', 'down_proj'],
  use_rslora: false,
}
const STEP: OptimizerStep = { lr: 3e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.02, maxGradNorm: 0 }

let gpu: Gpu
beforeAll(async () => {
  gpu = await testGpu()
})

interface Bench {
  adapter: AdapterStore
  gradients: GPUBuffer[]
  stats: GPUBuffer
  optimizer: Optimizer
  /** Fill gradients and submit step s. */
  run: (s: number, options?: Partial<OptimizerStep>, spoil?: number) => Promise<void>
  /** The same, and what norm_finish left. */
  step: (s: number, options?: Partial<OptimizerStep>, spoil?: number) => Promise<{ norm: number; clip: number }>
  params: () => Promise<Float32Array>
  destroy: () => void
}

/** Values of very different size from tensor to tensor and place to place, some of them zero. */
function values(n: number, seed: number): Float32Array {
  const base = random(n, seed)
  return base.map((x, i) =>
    i % 97 === 3 || (i > 600 && i < 1200) ? 0 : Math.fround(x * 10 ** -(((i >> 5) + seed) % 9)),
  )
}

async function bench(kind: OptimizerKind, budgetBytes?: number, on = gpu): Promise<Bench> {
  const adapter = new AdapterStore(gpu, config, lora)
  adapter.write((slot) => random(slot.length, slot.offset + 7, 0.1))
  const gradients = adapter.layout.pages.map((n) => storageBuffer(gpu, 'gradients', n * 4))
  const stats = storageBuffer(gpu, 'stats', STATS.count * 4)
  const optimizer = new Optimizer({ gpu: on, adapter, gradients, stats, kind, budgetBytes })
  await optimizer.build()
  const run: Bench['run'] = async (s, options = {}, spoil) => {
    gpu.device.queue.writeBuffer(stats, 0, new Float32Array(STATS.count))
    for (const slot of adapter.layout.slots) {
      const grad = values(slot.length, slot.offset + s)
      if (spoil !== undefined) grad[17] = spoil
      gpu.device.queue.writeBuffer(gradients[slot.page], slot.offset * 4, grad as Float32Array<ArrayBuffer>)
    }
    await optimizer.run({ ...STEP, ...options }, s, () => undefined)
  }
  return {
    adapter,
    gradients,
    stats,
    optimizer,
    run,
    async step(...given) {
      await run(...given)
      const words = new Float32Array(await readBuffer(gpu, stats, 0, STATS.count * 4))
      return { norm: words[STATS.index.grad_norm], clip: words[STATS.index.clip] }
    },
    async params() {
      return new Float32Array(await readBuffer(gpu, adapter.pages[0], 0, adapter.layout.pages[0] * 4))
    },
    destroy() {
      optimizer.destroy()
      adapter.destroy()
      for (const buffer of [...gradients, stats]) gpu.free(buffer)
    },
  }
}

function same(a: SavedTensor[], b: SavedTensor[]): void {
  expect(a.map(({ name }) => name)).toEqual(b.map(({ name }) => name))
  for (const [i, { name, data }] of a.entries()) expect(differing(data, b[i].data), name).toBe(0)
}

describe('against the plain twin, bit for bit, tensors of odd sizes side by side', () => {
  for (const lanes of [1, 64] as const) {
    test(`8-bit states, ${lanes} invocation${lanes > 1 ? 's' : ''} a block`, async () => {
      const on = tunedGpu(gpu, { rowLanes: lanes, rowGroup: lanes === 1 ? 8 : 64 })
      const b = await bench('adamw8bit', undefined, on)
      const { slots } = b.adapter.layout
      const eight = slots.filter((slot) => slot.length >= 4096)
      const small = slots.filter((slot) => slot.length < 4096)
      expect(eight.length).toBeGreaterThan(1)
      expect(small.length).toBeGreaterThan(1)
      const start = await b.params()
      const param = new Map(slots.map((slot) => [slot.name, start.slice(slot.offset, slot.offset + slot.length)]))
      const states = new Map(eight.map((slot) => [slot.name, freshState(slot.length)]))
      const full = new Map(
        small.map((slot) => [slot.name, { m: new Float32Array(slot.length), v: new Float32Array(slot.length) }]),
      )
      for (const s of [1, 2, 3]) {
        const { norm, clip } = await b.step(s, { maxGradNorm: 0.5 })
        expect(norm).toBeGreaterThan(0.5)
        const words = hyperWords({ ...STEP, maxGradNorm: 0.5 }, s)
        for (const slot of slots) {
          const grad = values(slot.length, slot.offset + s).map((g) => Math.fround(g * clip))
          const before = param.get(slot.name)!
          if (slot.length >= 4096) {
            const next = eightBitStep(words, before, grad, states.get(slot.name)!)
            param.set(slot.name, next.param as Float32Array<ArrayBuffer>)
            states.set(slot.name, next.state)
          } else {
            const next = fullStep('bnb32', words, before, grad, full.get(slot.name)!.m, full.get(slot.name)!.v)
            param.set(slot.name, next.param as Float32Array<ArrayBuffer>)
            full.set(slot.name, next as { m: Float32Array<ArrayBuffer>; v: Float32Array<ArrayBuffer> })
          }
        }
      }
      const after = await b.params()
      for (const slot of slots) {
        const got = after.subarray(slot.offset, slot.offset + slot.length)
        expect(differing(bits(got), bits(param.get(slot.name)!)), slot.name).toBe(0)
      }
      const saved = (await b.optimizer.save()).find(({ name }) => name.endsWith('bnb8'))!.data
      let at = 0
      for (const slot of eight) {
        const got = unpackRecords(saved.slice().buffer, slot.length, at)
        const want = states.get(slot.name)!
        expect(differing(got.m, want.m) + differing(got.v, want.v), `codes of ${slot.name}`).toBe(0)
        expect(
          differing(bits(got.absmaxM), bits(want.absmaxM)) + differing(bits(got.absmaxV), bits(want.absmaxV)),
          `scales of ${slot.name}`,
        ).toBe(0)
        at += want.absmaxM.length * 520
      }
      expect(at).toBe(saved.length)
      b.destroy()
    })
  }
})

for (const kind of ['adamw', 'adamw8bit', 'paged_adamw8bit', 'paged_adamw32bit'] as const) {
  describe(kind, () => {
    test('paged at any budget: the bits of resident states; nothing is made in a step', async () => {
      const resident = await bench(kind)
      for (const s of [1, 2, 3]) await resident.step(s)
      const want = { params: await resident.params(), states: await resident.optimizer.save() }
      const total = resident.optimizer.layout.stateBytes
      resident.destroy()
      for (const budget of [total / 2, total / 10, 3 * 4 * 2048]) {
        const paged = await bench(kind, Math.floor(budget))
        expect(paged.optimizer.layout.windowBytes).not.toBeNull()
        expect(paged.optimizer.layout.windowBytes! * 4).toBeLessThanOrEqual(budget)
        await paged.step(1)
        const before = { ...gpu.counts }
        for (const s of [2, 3]) await paged.run(s)
        // Saved while the last pages are still on their way home.
        const saved = await paged.optimizer.save()
        const { buffers, bindGroups, pipelines } = gpu.counts
        expect({ buffers, bindGroups, pipelines }).toEqual({
          buffers: before.buffers,
          bindGroups: before.bindGroups,
          pipelines: before.pipelines,
        })
        expect(differing(bits(await paged.params()), bits(want.params)), `budget ${budget}`).toBe(0)
        same(saved, want.states)
        paged.destroy()
      }
    })

    test('saved half way and loaded, paged or not: the bits of an uninterrupted run', async () => {
      const whole = await bench(kind)
      for (const s of [1, 2]) await whole.step(s)
      const saved = await whole.optimizer.save()
      const params = await whole.params()
      for (const s of [3, 4]) await whole.step(s)
      const want = { params: await whole.params(), states: await whole.optimizer.save() }
      for (const budget of [undefined, Math.floor(whole.optimizer.layout.stateBytes / 5)]) {
        const other = await bench(kind, budget)
        await other.step(9)
        await other.optimizer.load(saved)
        gpu.device.queue.writeBuffer(other.adapter.pages[0], 0, params as Float32Array<ArrayBuffer>)
        for (const s of [3, 4]) await other.step(s)
        expect(differing(bits(await other.params()), bits(want.params))).toBe(0)
        same(await other.optimizer.save(), want.states)
        other.destroy()
      }
      whole.destroy()
    })

    test('a gradient that is not finite leaves parameters and states as they are, and is cleared', async () => {
      for (const budget of [undefined, 40_000]) {
        const b = await bench(kind, budget)
        await b.step(1)
        const params = await b.params()
        const states = await b.optimizer.save()
        for (const bad of [NaN, Infinity]) {
          const { clip } = await b.step(2, {}, bad)
          expect(clip).toBe(-1)
          expect(differing(bits(await b.params()), bits(params))).toBe(0)
          same(await b.optimizer.save(), states)
          const grads = new Float32Array(await readBuffer(gpu, b.gradients[0], 0, b.adapter.layout.pages[0] * 4))
          expect(grads.every((g) => g === 0)).toBe(true)
        }
        b.destroy()
      }
    })
  })
}

test("norm and clip factor as torch's clip_grad_norm_: over all tensors, never above 1, none without a threshold", async () => {
  const b = await bench('adamw')
  const squares = b.adapter.layout.slots.map((slot) =>
    values(slot.length, slot.offset + 1).reduce((sum, g) => sum + g * g, 0),
  )
  const want = Math.sqrt(squares.reduce((sum, x) => sum + x, 0))
  for (const [maxGradNorm, factor] of [
    [want / 3, 1 / 3],
    [want * 3, 1],
    [0, 1],
  ]) {
    const { norm, clip } = await b.step(1, { maxGradNorm })
    // f32 sums of four thousand squares, then of a few partial sums.
    expect(Math.abs(norm / want - 1)).toBeLessThan(1e-6)
    if (factor === 1) expect(clip).toBe(1)
    else expect(Math.abs(clip / factor - 1)).toBeLessThan(2e-6)
  }
  b.destroy()
})

test('states of another kind are refused by name', async () => {
  const eight = await bench('adamw8bit')
  const full = await bench('adamw')
  const saved = await full.optimizer.save()
  await expect(eight.optimizer.load(saved)).rejects.toMatchObject({ code: 'model-optimizer-state' })
  eight.destroy()
  full.destroy()
})

test('what the plan promises is what is allocated', async () => {
  for (const budget of [undefined, 30_000]) {
    const before = gpu.allocatedBytes
    const b = await bench('adamw8bit', budget)
    const adapterBytes = b.adapter.layout.pages[0] * 4
    const others = 2 * adapterBytes + 16
    // Beside states, windows and tables: one uniform block a dispatch, the norm's partial sums, twelve
    // hyper-parameters.
    const rest = gpu.allocatedBytes - before - others - b.optimizer.layout.gpuBytes
    expect(rest).toBeGreaterThanOrEqual(0)
    expect(rest).toBeLessThan(256 * 40 + 1024)
    b.destroy()
    expect(gpu.allocatedBytes).toBe(before)
  }
})
