import { fail } from '../errors'
import { assignSlots, type SlotAssignment } from './arena'
import { allocating, type Gpu } from './device'
import { Recorder, type RecordedDispatch } from './recorder'
import { packParams } from './reflect'
import { storageBuffer } from './storage'
import { byteLength, type Tensor } from './tensor'
import type { Tuning } from './tuning'
import { workDone } from './work-done'

/** Bytes from one dispatch's parameters to the next's: WebGPU's least alignment of a uniform binding. */
const PARAM_STRIDE = 256
const KEPT_ENCODINGS = 16
/** Into how many a submit is cut where a desktop is to stay smooth: 20 ms each instead of 100. */
const GENTLE_SLICES = 5
/** The gap behind each: a frame's drawing, or a share of what the submit took. */
const GENTLE_GAP_MS = 4
const GENTLE_GAP_SHARE = 0.25

export interface ReplayOptions {
  label: string
  /** false: every tensor gets memory of its own. */
  share?: boolean
}

/** Bytes of the parameters of so many dispatches. */
export function paramBytes(dispatches: number): number {
  return Math.max(1, dispatches) * PARAM_STRIDE
}

/**
 * A graph with its memory: placed once at the largest shape, replayed at any shape up to it. In steady state a run
 * encodes dispatches and writes parameters; it makes no buffer, bind group or pipeline. It keeps the device's choices
 * of the moment at which it was made, since those made later may want other dispatches.
 *
 * `Shape` is whatever the record function needs; it must be plain data, since its JSON is the cache key.
 */
export class Replay<Shape> {
  private placed: SlotAssignment
  private readonly gpu: Gpu
  private readonly record: (r: Recorder, shape: Shape) => void
  private readonly label: string
  private readonly share: boolean
  private tuning: Tuning
  private capacity: Recorder
  private readonly largest: Shape
  private slots: GPUBuffer[] = []
  private paramBuffer: GPUBuffer | null = null
  private bindGroups: GPUBindGroup[] = []
  private readonly encodings = new Map<string, Encoding>()
  private loadedParams = ''

  constructor(gpu: Gpu, record: (r: Recorder, shape: Shape) => void, capacity: Shape, options: ReplayOptions) {
    this.gpu = gpu
    this.record = record
    this.label = options.label
    this.share = options.share ?? true
    this.largest = capacity
    this.tuning = gpu.kernels.tuning
    this.capacity = this.recorded(capacity)
    this.placed = this.place()
  }

  private recorded(shape: Shape): Recorder {
    const recorder = new Recorder(this.gpu.kernels, this.tuning)
    this.record(recorder, shape)
    return recorder
  }

  /** Verify what was not yet on this device; true: record again, since others take the place of those refused. */
  private async refuses(dispatches: RecordedDispatch[]): Promise<boolean> {
    const { kernels } = this.gpu
    if (!(await kernels.refuses(variantsOf(dispatches)))) return false
    const { refused } = kernels.tuning
    if (refused === this.tuning.refused) throw new Error(`${this.label}: records what is refused`)
    this.tuning = { ...this.tuning, refused }
    return true
  }

  private place(): SlotAssignment {
    return assignSlots(this.capacity.virtual, lifetimes(this.capacity), this.share)
  }

  get placement(): SlotAssignment {
    return this.placed
  }

  /** Bytes of the slots and the parameter buffer. */
  get bytes(): number {
    return this.placed.bytes + paramBytes(this.capacity.dispatches.length)
  }

  get dispatchCount(): number {
    return this.capacity.dispatches.length
  }

  /** Compile, allocate and bind. @throws TuneError gpu-tensor-too-large, gpu-out-of-memory, gpu-shader */
  async build(onCompile?: (done: number, total: number) => void): Promise<void> {
    const limit = this.gpu.device.limits.maxStorageBufferBindingSize
    for (const tensor of this.capacity.dispatches.flatMap(({ tensors }) => tensors)) {
      const bytes = byteLength(tensor)
      if (bytes > limit) throw fail('gpu-tensor-too-large', { tensor: tensor.label, bytes, limit })
    }
    while (await this.refuses(this.capacity.dispatches)) {
      // Those that take the place of others may want a tensor that those did without.
      this.capacity = this.recorded(this.largest)
      this.placed = this.place()
    }
    const kernels = this.capacity.dispatches.map(({ kernel }) => kernel)
    await this.gpu.kernels.compile(kernels, onCompile)
    await allocating(this.gpu, this.label, () => this.allocate())
  }

  private allocate(): void {
    const { gpu, placed } = this
    this.slots = placed.slots.map((slot, index) => storageBuffer(gpu, `${this.label} slot ${index}`, slot.bytes))
    this.paramBuffer = gpu.buffer(
      `${this.label} params`,
      paramBytes(this.dispatchCount),
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    )
    this.bindGroups = this.capacity.dispatches.map((dispatch, index) => this.bind(dispatch, index))
  }

  private bind(dispatch: RecordedDispatch, index: number): GPUBindGroup {
    let next = 0
    this.gpu.counts.bindGroups++
    return this.gpu.device.createBindGroup({
      label: dispatch.kernel.name,
      layout: dispatch.kernel.layout,
      entries: dispatch.kernel.io.bindings.map(({ index: binding, access }) => ({
        binding,
        resource:
          access === 'uniform'
            ? { buffer: this.paramBuffer!, offset: index * PARAM_STRIDE, size: PARAM_STRIDE }
            : this.resource(dispatch.tensors[next++]),
      })),
    })
  }

  private resource(tensor: Tensor): GPUBufferBinding {
    if (tensor.buffer) return { buffer: tensor.buffer, offset: tensor.offset, size: byteLength(tensor) }
    return { buffer: this.slots[this.placed.slotOf[tensor.id]], size: byteLength(tensor) }
  }

  /** The buffer behind a virtual tensor of the capacity recording, by label; for readback and upload. */
  bufferOf(label: string): GPUBuffer {
    const tensor = this.capacity.virtual.find((t) => t.label === label)
    if (!tensor) throw new Error(`replay ${this.label} has no tensor "${label}"`)
    return this.slots[this.placed.slotOf[tensor.id]]
  }

  /** Record a shape ahead of its run and compile what it needs that is not there; nothing in the steady state. */
  async prepare(shape: Shape): Promise<void> {
    let found = this.encoding(shape)
    if (found.isReady) return
    while (await this.refuses(found.dispatches)) {
      this.encodings.delete(found.key)
      found = this.encoding(shape)
    }
    const missing = found.dispatches.flatMap(({ kernel }) => (kernel.pipeline ? [] : [kernel]))
    if (missing.length > 0) await this.gpu.kernels.compile(missing)
    found.isReady = true
  }

  private encoding(shape: Shape): Encoding {
    const key = JSON.stringify(shape)
    let found = this.encodings.get(key)
    if (!found) {
      const recorder = this.recorded(shape)
      const { dispatches } = recorder
      if (
        dispatches.length !== this.capacity.dispatches.length ||
        recorder.virtual.length !== this.capacity.virtual.length
      ) {
        throw new Error(`${this.label}: the graph of ${key} differs from the planned one`)
      }
      const params = new Uint8Array(paramBytes(dispatches.length))
      const view = new DataView(params.buffer)
      for (const [index, dispatch] of dispatches.entries()) {
        packParams(dispatch.kernel.io.params, dispatch.params, view, index * PARAM_STRIDE)
      }
      found = { key, dispatches, params, isReady: false }
      // Decoding visits each shape once, training most of them a few times: a handful of recent ones is worth their
      // memory.
      if (this.encodings.size >= KEPT_ENCODINGS) this.encodings.delete(this.encodings.keys().next().value!)
    } else {
      this.encodings.delete(key)
    }
    this.encodings.set(key, found)
    return found
  }

  /** Encode and submit the graph at a prepared shape. `after` may add copies to the last command buffer. */
  run(shape: Shape, after?: (encoder: GPUCommandEncoder) => void): void {
    for (const commands of this.commands(shape, this.gpu.kernels.tuning.flopsPerSubmit, after)) this.submit(commands)
  }

  /**
   * As `run`; where the desktop is to stay smooth beside it (`Gpu.isGentle`) in shorter submits, each waited for, with
   * a gap behind it in which others draw. The same dispatches in the same order, so the same bits.
   */
  async play(shape: Shape, after?: (encoder: GPUCommandEncoder) => void): Promise<void> {
    const { device, kernels, isGentle } = this.gpu
    if (!isGentle) return this.run(shape, after)
    for (const commands of this.commands(shape, kernels.tuning.flopsPerSubmit / GENTLE_SLICES, after)) {
      const start = performance.now()
      this.submit(commands)
      await workDone(device)
      const gap = Math.max(GENTLE_GAP_MS, (performance.now() - start) * GENTLE_GAP_SHARE)
      await new Promise((resolve) => setTimeout(resolve, gap))
    }
  }

  private submit(commands: GPUCommandBuffer): void {
    this.gpu.device.queue.submit([commands])
    this.gpu.counts.submits++
  }

  /** Command buffers of at most `flopsPerSubmit` operations each, or of one dispatch that is longer by itself. */
  private *commands(
    shape: Shape,
    flopsPerSubmit: number,
    after?: (encoder: GPUCommandEncoder) => void,
  ): Generator<GPUCommandBuffer> {
    const { gpu } = this
    const { key, dispatches, params } = this.encoding(shape)
    if (key !== this.loadedParams) {
      gpu.device.queue.writeBuffer(this.paramBuffer!, 0, params)
      this.loadedParams = key
    }
    let encoder = gpu.device.createCommandEncoder({ label: this.label })
    let pass = encoder.beginComputePass()
    let flops = 0
    for (const [index, { kernel, workgroups, flops: cost }] of dispatches.entries()) {
      if (flops > 0 && flops + cost > flopsPerSubmit) {
        pass.end()
        yield encoder.finish()
        encoder = gpu.device.createCommandEncoder({ label: this.label })
        pass = encoder.beginComputePass()
        flops = 0
      }
      flops += cost
      if (workgroups[0] * workgroups[1] * workgroups[2] === 0) continue
      pass.setPipeline(kernel.pipeline!)
      pass.setBindGroup(0, this.bindGroups[index])
      pass.dispatchWorkgroups(...workgroups)
      gpu.counts.dispatches++
    }
    pass.end()
    after?.(encoder)
    yield encoder.finish()
  }

  /** As `run`, a submit a dispatch, waiting for each: for the profiler. */
  async *runOneByOne(shape: Shape): AsyncGenerator<{ kernel: string; milliseconds: number; flops: number }> {
    const { queue } = this.gpu.device
    await this.prepare(shape)
    const { key, dispatches, params } = this.encoding(shape)
    queue.writeBuffer(this.paramBuffer!, 0, params)
    this.loadedParams = key
    await queue.onSubmittedWorkDone()
    for (const [index, { kernel, workgroups, flops }] of dispatches.entries()) {
      const start = performance.now()
      const encoder = this.gpu.device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(kernel.pipeline!)
      pass.setBindGroup(0, this.bindGroups[index])
      pass.dispatchWorkgroups(...workgroups)
      pass.end()
      queue.submit([encoder.finish()])
      await queue.onSubmittedWorkDone()
      yield { kernel: kernel.key, milliseconds: performance.now() - start, flops }
    }
  }

  destroy(): void {
    for (const buffer of this.slots) this.gpu.free(buffer)
    if (this.paramBuffer) this.gpu.free(this.paramBuffer)
    this.slots = []
    this.paramBuffer = null
    this.bindGroups = []
  }
}

/** A shape as it was recorded. */
interface Encoding {
  key: string
  dispatches: RecordedDispatch[]
  params: Uint8Array<ArrayBuffer>
  /** Its variants are verified and its kernels compiled. */
  isReady: boolean
}

const variantsOf = (dispatches: RecordedDispatch[]): Set<string> =>
  new Set(dispatches.flatMap(({ variant }) => (variant === null ? [] : [variant])))

/** First and last dispatch that names each virtual tensor. */
export function lifetimes(recorder: Recorder): [number, number][] {
  const lives: [number, number][] = recorder.virtual.map(() => [-1, -1])
  for (const [index, dispatch] of recorder.dispatches.entries()) {
    for (const tensor of dispatch.tensors) {
      if (tensor.id < 0) continue
      const life = lives[tensor.id]
      if (life[0] < 0) life[0] = index
      life[1] = index
    }
  }
  return lives
}
