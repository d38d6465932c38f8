import type { MicroBatch } from '../data/types'
import { fail } from '../errors'
import type { Gpu } from '../gpu/device'
import type { KernelCache } from '../gpu/kernel'
import { Plan } from '../gpu/plan'
import { readBuffer, ReadbackRing } from '../gpu/readback'
import type { Recorder } from '../gpu/recorder'
import { bufferTensor, type Tensor } from '../gpu/tensor'
import { adamw, gradNorm, hyperWords, SUMSQ_BLOCK, type OptimizerStep } from '../ops/adamw'
import { slotTensor, type AdapterStore, type LoraTensors } from './adapter-store'
import type { PassModel, PassShape } from './graphs'
import type { Trainer, TrainerState, TrainingPlan, TrainingShape } from './language-model'
import { InputBuffers, prepareBatch } from './pass-inputs'
import { trainingRecorder } from './training-graph'
import type { Projection, StepResult } from './types'
import type { HostTable } from './weights'

export interface TrainerParts {
  gpu: Gpu
  kernels: KernelCache
  pass: Omit<PassModel, 'adapter'>
  host: HostTable | null
  adapter: AdapterStore
  shape: TrainingShape
  plan: TrainingPlan
  /** Names the layer and the rows where numbers stopped being finite; null where the forward pass is clean. */
  diagnose: (batches: MicroBatch[]) => Promise<{ layer: number | null; rows: number[] }>
  onDestroy: () => void
}

/** Training on the GPU: gradients, optimiser state, and the two plans that are replayed. Made by model.ts. */
export class GpuTrainer implements Trainer {
  readonly plan: TrainingPlan
  private readonly p: TrainerParts
  private readonly inputs: InputBuffers
  private readonly run: GPUBuffer
  private readonly stats: GPUBuffer
  private readonly hyper: GPUBuffer
  private readonly losses: GPUBuffer
  private readonly partial: GPUBuffer
  private readonly gradients: GPUBuffer[]
  private readonly moments: { m: GPUBuffer; v: GPUBuffer }[]
  private readonly passPlan: Plan<PassShape>
  private readonly updatePlan: Plan<null>
  private readonly ring: ReadbackRing
  private readonly runWords = new Float32Array(4)
  private steps = 0
  private microSteps = 0
  private window: MicroBatch[] = []
  private destroyed = false

  constructor(p: TrainerParts) {
    this.p = p
    this.plan = p.plan
    const { gpu, adapter, shape } = p
    const M = shape.batch * shape.tokens
    const make = (label: string, words: number): GPUBuffer => gpu.buffer(label, words * 4, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC)
    this.inputs = new InputBuffers(gpu, { B: shape.batch, T: shape.tokens }, p.pass.config.hiddenSize, p.host)
    this.run = make('run', 4)
    this.stats = make('stats', 4)
    this.hyper = make('hyper', 12)
    this.losses = make('losses', M * 2)
    const { pages } = adapter.layout
    this.partial = make('norm partials', pages.reduce((sum, n) => sum + Math.ceil(n / SUMSQ_BLOCK), 0))
    this.gradients = pages.map((n, i) => make(`gradient page ${i}`, n))
    this.moments = pages.map((n, i) => ({ m: make(`moment m page ${i}`, n), v: make(`moment v page ${i}`, n) }))
    this.ring = new ReadbackRing(gpu, 'step result', 16, 6)
    this.passPlan = new Plan<PassShape>(
      gpu,
      p.kernels,
      trainingRecorder({
        pass: p.pass,
        lora: adapter.lora,
        parameter: (layer, projection) => adapter.get(layer, projection),
        gradient: gradientTensors(adapter, this.gradients),
        inputs: this.inputs.tensors,
        run: this.tensor(this.run),
        stats: this.tensor(this.stats),
        losses: this.tensor(this.losses),
        recomputed: p.plan.recomputedLayers,
      }),
      { B: shape.batch, T: shape.tokens, rows: M },
      { label: 'training pass' },
    )
    this.updatePlan = new Plan<null>(gpu, p.kernels, (r) => this.recordUpdate(r), null, { label: 'optimizer step' })
  }

  async build(onCompile?: (done: number, total: number) => void): Promise<void> {
    await this.passPlan.build(onCompile)
    await this.updatePlan.build()
  }

  private tensor(buffer: GPUBuffer): Tensor {
    return bufferTensor(buffer.label, 'f32', [buffer.size / 4], buffer)
  }

  private recordUpdate(r: Recorder): void {
    const { adapter } = this.p
    const hyper = this.tensor(this.hyper)
    const stats = this.tensor(this.stats)
    const pages = adapter.layout.pages.map((n, i) => ({ grad: bufferTensor('grad', 'f32', [n], this.gradients[i]), n, i }))
    gradNorm(r, { pages, partial: this.tensor(this.partial), hyper, stats })
    for (const { grad, n, i } of pages) {
      adamw(r, {
        hyper,
        stats,
        param: bufferTensor('param', 'f32', [n], adapter.pages[i]),
        grad,
        m: bufferTensor('m', 'f32', [n], this.moments[i].m),
        v: bufferTensor('v', 'f32', [n], this.moments[i].v),
        n,
      })
    }
  }

  get gpuBytes(): number {
    return this.p.gpu.allocatedBytes
  }

  async accumulate(batch: MicroBatch, numItems: number): Promise<void> {
    const { gpu } = this.p
    const prepared = prepareBatch(batch)
    await this.passPlan.prepare(prepared.shape)
    await this.inputs.write(batch, prepared)
    this.runWords[0] = 1 / numItems
    const bits = new Uint32Array(this.runWords.buffer)
    bits[1] = this.p.shape.seed >>> 0
    bits[2] = this.microSteps++
    gpu.device.queue.writeBuffer(this.run, 0, this.runWords)
    this.passPlan.run(prepared.shape)
    this.window.push(batch)
  }

  async step(options: OptimizerStep): Promise<StepResult> {
    const { gpu } = this.p
    const step = this.steps + 1
    const batches = this.window
    this.window = []
    gpu.device.queue.writeBuffer(this.hyper, 0, hyperWords(options, step))
    await this.updatePlan.prepare(null)
    this.steps = step
    let result!: { read: () => Promise<Float32Array> }
    this.updatePlan.run(null, (encoder) => {
      result = this.ring.copy(encoder, this.stats)
      encoder.clearBuffer(this.stats)
    })
    const [loss, accuracy, norm, clip] = await result.read()
    if (clip < 0) {
      const { layer, rows } = await this.p.diagnose(batches)
      throw fail('train-non-finite', { step, layer, rows, loss: String(loss), gradNorm: String(norm) })
    }
    return { loss, gradNorm: norm, meanTokenAccuracy: accuracy }
  }

  async saveState(): Promise<TrainerState> {
    const { gpu, adapter } = this.p
    const tensors: TrainerState['tensors'] = []
    for (const [i, n] of adapter.layout.pages.entries()) {
      for (const side of ['m', 'v'] as const) {
        tensors.push({ name: `${side}.${i}`, data: new Uint8Array(await readBuffer(gpu, this.moments[i][side], 0, n * 4)) })
      }
    }
    tensors.push({ name: 'counters', data: new Uint8Array(Uint32Array.of(this.steps, this.microSteps).buffer) })
    return { steps: this.steps, pairs: await adapter.read(), tensors }
  }

  async loadState(state: TrainerState): Promise<void> {
    const { gpu, adapter } = this.p
    const pairs = new Map(state.pairs.map((pair) => [`${pair.layer}.${pair.projection}`, pair]))
    adapter.write((slot) => pairs.get(`${slot.layer}.${slot.projection}`)![slot.side])
    for (const { name, data } of state.tensors) {
      const [side, index] = name.split('.')
      if (side === 'm' || side === 'v') {
        gpu.device.queue.writeBuffer(this.moments[Number(index)][side], 0, data as Uint8Array<ArrayBuffer>)
      } else if (name === 'counters') {
        const [steps, microSteps] = new Uint32Array(data.slice().buffer)
        this.steps = steps
        this.microSteps = microSteps
      }
    }
  }

  /** Gradients as they stand before the optimiser takes them; for checks. */
  async readGradients(): Promise<Map<string, Float32Array>> {
    const out = new Map<string, Float32Array>()
    for (const slot of this.p.adapter.layout.slots) {
      out.set(slot.name, new Float32Array(await readBuffer(this.p.gpu, this.gradients[slot.page], slot.offset * 4, slot.length * 4)))
    }
    return out
  }

  /** The plan of a micro batch, for the profiler. */
  passPlanForProfiling(): Plan<PassShape> {
    return this.passPlan
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.p.onDestroy()
    this.passPlan.destroy()
    this.updatePlan.destroy()
    this.inputs.destroy()
    this.ring.release()
    const { gpu } = this.p
    for (const buffer of [this.run, this.stats, this.hyper, this.losses, this.partial, ...this.gradients]) gpu.free(buffer)
    for (const { m, v } of this.moments) {
      gpu.free(m)
      gpu.free(v)
    }
  }
}

function gradientTensors(adapter: AdapterStore, pages: GPUBuffer[]): (layer: number, projection: Projection) => LoraTensors {
  const pairs = new Map<string, LoraTensors>()
  for (const slot of adapter.layout.slots) {
    const key = `${slot.layer}.${slot.projection}`
    const pair = pairs.get(key) ?? ({} as LoraTensors)
    pair[slot.side] = slotTensor(slot, pages)
    pairs.set(key, pair)
  }
  return (layer, projection) => pairs.get(`${layer}.${projection}`)!
}
