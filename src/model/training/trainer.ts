import type { MicroBatch } from '../../contracts/data'
import { fail } from '../../errors/index'
import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer, ReadbackRing } from '../../gpu/readback'
import { storageBuffer } from '../../gpu/storage'
import { bufferBytes, bufferTensor, type Tensor } from '../../gpu/tensor'
import type { OptimizerStep } from '../../ops/adamw'
import { slotTensor, type AdapterStore, type LoraTensors } from '../adapter-store'
import type { PassModel, PassShape } from '../passes/graphs'
import type { Trainer, TrainerState, MemoryPlan, TrainingShape } from '../language-model'
import { RUN, STATS } from '../../ops/step-words'
import { Optimizer } from './optimizer'
import { InputBuffers, prepareBatch, type PreparedBatch } from '../passes/pass-inputs'
import { LOSS_WORDS, lossesOfRows } from '../passes/row-losses'
import { trainingRecorder } from './training-graph'
import type { Projection } from '../../contracts/model'
import type { HostTable } from '../weights'
import type { RowLoss } from '../../contracts/evaluation'
import { FIGURES, KERNEL_FIGURES, type KernelFigure, type StepResult } from '../../contracts/figures'

export interface TrainerParts {
  gpu: Gpu
  pass: Omit<PassModel, 'adapter'>
  host: HostTable | null
  adapter: AdapterStore
  shape: TrainingShape
  plan: MemoryPlan
  /** Whether activations whose lives do not overlap share memory. */
  share: boolean
  /** Names the layer and the rows where numbers stopped being finite; null where the forward pass is clean. */
  diagnose: (batches: MicroBatch[]) => Promise<{ layer: number | null; rows: number[] }>
  onDestroy: () => void
}

/** Steps whose figures may be on their way at once. */
const RESULTS_IN_FLIGHT = 6

/** 32-bit words of the trainer's own buffers for M rows. */
const trainerWords = (M: number) => ({ run: RUN.count, stats: STATS.count, losses: M * LOSS_WORDS })

/** The window that is queued and the one before it are on their way at once. */
const lossesInFlight = ({ microBatches = 0 }: Pick<TrainingShape, 'microBatches'>) => 2 * microBatches

/** Bytes of those, and of the figures and of rows' losses on their way to the host. */
export function trainerBytes(M: number, shape: Pick<TrainingShape, 'microBatches'>): number {
  const words = trainerWords(M)
  const sizes = [
    ...Object.values(words),
    ...Array<number>(RESULTS_IN_FLIGHT).fill(STATS.count),
    ...Array<number>(lossesInFlight(shape)).fill(words.losses),
  ]
  return sizes.reduce((sum, words) => sum + bufferBytes(words * 4), 0)
}

/**
 * Training on the GPU: gradients, optimiser state, and the two graphs that are replayed. Made by gpu-language-model.ts.
 */
export class GpuTrainer implements Trainer {
  readonly plan: MemoryPlan
  private readonly p: TrainerParts
  private readonly inputs: InputBuffers
  private readonly run: GPUBuffer
  private readonly stats: GPUBuffer
  private readonly losses: GPUBuffer
  private readonly gradients: GPUBuffer[]
  private readonly passPlan: Replay<PassShape>
  private readonly optimizer: Optimizer
  private readonly ring: ReadbackRing
  /** null: nobody wants to know. */
  private readonly lossRing: ReadbackRing | null
  private readonly runWords = new Float32Array(RUN.count)
  private steps = 0
  private microSteps = 0
  private window: MicroBatch[] = []
  /** Losses of the window's rows, on their way. */
  private rowLosses: (() => Promise<RowLoss[]>)[] = []
  /** The last update's submits: a paged one hands them in one by one, and nothing may slip in between. */
  private updating: Promise<void> = Promise.resolve()
  private destroyed = false

  constructor(p: TrainerParts) {
    this.p = p
    this.plan = p.plan
    const { gpu, adapter, shape } = p
    const M = shape.batch * shape.tokens
    const make = (label: string, words: number): GPUBuffer => storageBuffer(gpu, label, words * 4)
    this.inputs = new InputBuffers(gpu, { B: shape.batch, T: shape.tokens }, p.pass.config, p.host)
    const words = trainerWords(M)
    this.run = make('run', words.run)
    this.stats = make('stats', words.stats)
    this.losses = make('losses', words.losses)
    const { pages } = adapter.layout
    this.gradients = pages.map((n, i) => make(`gradient page ${i}`, n))
    this.ring = new ReadbackRing(gpu, { label: 'step result', bytes: STATS.count * 4, count: RESULTS_IN_FLIGHT })
    const count = lossesInFlight(shape)
    this.lossRing = count > 0 ? new ReadbackRing(gpu, { label: 'row losses', bytes: words.losses * 4, count }) : null
    this.passPlan = new Replay<PassShape>(
      gpu,
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
      { label: 'training pass', share: p.share },
    )
    this.optimizer = new Optimizer({
      gpu,
      adapter,
      gradients: this.gradients,
      stats: this.stats,
      kind: shape.optimizer,
      budgetBytes: shape.optimizerBudgetBytes,
    })
  }

  async build(onCompile?: (done: number, total: number) => void): Promise<void> {
    await this.passPlan.build(onCompile)
    await this.optimizer.build()
  }

  private tensor(buffer: GPUBuffer): Tensor {
    return bufferTensor(buffer.label, 'f32', [buffer.size / 4], buffer)
  }

  get gpuBytes(): number {
    return this.p.gpu.allocatedBytes
  }

  async accumulate(batch: MicroBatch, numItems: number): Promise<void> {
    const { gpu } = this.p
    const prepared = prepareBatch(batch)
    await this.passPlan.prepare(prepared.shape)
    await this.updating
    await this.inputs.write(batch, prepared)
    const bits = new Uint32Array(this.runWords.buffer)
    this.runWords[RUN.index.loss_scale] = 1 / numItems
    bits[RUN.index.seed] = this.p.shape.seed >>> 0
    bits[RUN.index.micro_step] = this.microSteps++
    this.runWords[RUN.index.batch_scale] = 1 / Math.max(1, batch.trainedTokens)
    gpu.device.queue.writeBuffer(this.run, 0, this.runWords)
    await this.passPlan.play(prepared.shape, (encoder) => this.noteLosses(batch, prepared, encoder))
    this.window.push(batch)
  }

  private noteLosses(batch: MicroBatch, { chosen }: PreparedBatch, encoder: GPUCommandEncoder): void {
    const copied = this.lossRing?.copy(encoder, this.losses, chosen.length * LOSS_WORDS * 4)
    if (copied) this.rowLosses.push(async () => lossesOfRows(batch, chosen, await copied.read()))
  }

  async step(options: OptimizerStep): Promise<StepResult & { rows?: RowLoss[] }> {
    const step = ++this.steps
    const batches = this.window
    const rowLosses = this.rowLosses
    this.window = []
    this.rowLosses = []
    let result!: { read: () => Promise<Float32Array> }
    await this.exclusively(() =>
      this.optimizer.run(options, step, (encoder) => {
        result = this.ring.copy(encoder, this.stats)
        // The figures, not the clip factor behind them: after a step that was not finite it holds later updates back.
        encoder.clearBuffer(this.stats, 0, STATS.index.clip * 4)
      }),
    )
    const [words, ...rows] = await Promise.all([result.read(), ...rowLosses.map((read) => read())])
    const figures = stepFigures(words, batches.length)
    if (words[STATS.index.clip] < 0) {
      const { layer, rows } = await this.p.diagnose(batches)
      const [loss, gradNorm] = [String(figures.loss), String(figures.grad_norm)]
      throw fail('train-non-finite', { step, layer, rows, loss, gradNorm })
    }
    return this.lossRing ? { ...figures, rows: rows.flat() } : figures
  }

  async saveState(): Promise<TrainerState> {
    const tensors = await this.exclusively(() => this.optimizer.save())
    tensors.push({ name: 'counters', data: new Uint8Array(Uint32Array.of(this.steps, this.microSteps).buffer) })
    return { steps: this.steps, pairs: await this.p.adapter.read(), tensors }
  }

  async loadState(state: TrainerState): Promise<void> {
    await this.exclusively(() => this.optimizer.load(state.tensors))
    const pairs = new Map(state.pairs.map((pair) => [`${pair.layer}.${pair.projection}`, pair]))
    this.p.adapter.write((slot) => pairs.get(`${slot.layer}.${slot.projection}`)![slot.side])
    const counters = state.tensors.find(({ name }) => name === 'counters')
    const words = new Uint32Array(counters!.data.slice().buffer)
    this.steps = words[0]
    this.microSteps = words[1]
    this.p.gpu.device.queue.writeBuffer(this.stats, 0, new Float32Array(STATS.count))
  }

  /** Run after the update that is being submitted, and before the next. */
  private exclusively<T>(body: () => Promise<T>): Promise<T> {
    const run = this.updating.then(body)
    this.updating = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }

  /** Gradients as they stand before the optimiser takes them; for checks. */
  async readGradients(): Promise<Map<string, Float32Array>> {
    const out = new Map<string, Float32Array>()
    for (const slot of this.p.adapter.layout.slots) {
      out.set(
        slot.name,
        new Float32Array(await readBuffer(this.p.gpu, this.gradients[slot.page], slot.offset * 4, slot.length * 4)),
      )
    }
    return out
  }

  /** The replay of a micro batch, for the profiler. */
  passPlanForProfiling(): Replay<PassShape> {
    return this.passPlan
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.p.onDestroy()
    this.passPlan.destroy()
    this.optimizer.destroy()
    this.inputs.destroy()
    this.ring.release()
    this.lossRing?.release()
    const { gpu } = this.p
    for (const buffer of [this.run, this.stats, this.losses, ...this.gradients]) gpu.free(buffer)
  }
}

/** What the kernels left of a step of so many micro batches. */
function stepFigures(words: Float32Array, batches: number): StepResult {
  const perBatch = 1 / Math.max(1, batches)
  const value = (name: KernelFigure): number =>
    words[STATS.index[name]] * (FIGURES[name].over === 'micro batches' ? perBatch : 1)
  return Object.fromEntries(KERNEL_FIGURES.map((name) => [name, value(name)])) as StepResult
}

function gradientTensors(
  adapter: AdapterStore,
  pages: GPUBuffer[],
): (layer: number, projection: Projection) => LoraTensors {
  const pairs = new Map<string, LoraTensors>()
  for (const slot of adapter.layout.slots) {
    const key = `${slot.layer}.${slot.projection}`
    const pair = pairs.get(key) ?? ({} as LoraTensors)
    pair[slot.side] = slotTensor(slot, pages)
    pairs.set(key, pair)
  }
  return (layer, projection) => pairs.get(`${layer}.${projection}`)!
}
