import { fail } from '../../errors/index'
import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer } from '../../gpu/readback'
import type { Recorder } from '../../gpu/recorder'
import { storageBuffer, uploadTensor } from '../../gpu/storage'
import { bufferTensor, type Tensor } from '../../gpu/tensor'
import { adamw, gradNorm, HYPER, hyperWords, partialWords, type OptimizerStep } from '../../ops/adamw'
import type { AdapterStore } from '../adapter-store'
import {
  optimizerLayout,
  partBytes,
  type OptimizerLayout,
  type OptimizerPart,
  type WindowChunk,
} from './optimizer-layout'
import { optimizerMaps } from './optimizer-maps'
import { StatePager } from './state-pager'
import type { OptimizerKind } from '../../contracts/optimizer'

export interface OptimizerParts {
  gpu: Gpu
  adapter: AdapterStore
  /** One buffer a page, laid out as the parameters. */
  gradients: GPUBuffer[]
  /** f32, the words of `STATS`. */
  stats: GPUBuffer
  kind: OptimizerKind
  budgetBytes?: number
}

export interface SavedTensor {
  name: string
  data: Uint8Array
}

/**
 * AdamW over the adapter's pages: norm and clipping, then every block's update. States lie on the GPU, or on the host
 * and pass through two windows; the arithmetic is the same, so are the bits.
 */
export class Optimizer {
  readonly layout: OptimizerLayout
  private readonly p: OptimizerParts
  private readonly hyper: GPUBuffer
  private readonly partial: GPUBuffer
  private readonly maps: GPUBuffer
  private readonly tables: GPUBuffer[]
  /** Resident states, one buffer a part; none when paged. */
  private readonly states: GPUBuffer[]
  private readonly pager: StatePager | null
  private readonly replays: { replay: Replay<null>; chunk: WindowChunk | null }[]

  constructor(p: OptimizerParts) {
    this.p = p
    const { gpu, adapter } = p
    this.layout = optimizerLayout(adapter.layout, p.kind, {
      budgetBytes: p.budgetBytes,
      pagedBytes: gpu.kernels.tuning.pagedStateBytes,
    })
    const { parts, windowBytes } = this.layout
    const upload = (label: string, words: Uint32Array): GPUBuffer => uploadTensor(gpu, label, words).buffer!
    this.hyper = storageBuffer(gpu, 'hyper', HYPER.count * 4)
    this.partial = storageBuffer(gpu, 'norm partials', partialWords(adapter.layout.pages) * 4)
    this.maps = upload('dynamic maps', optimizerMaps())
    this.tables = parts.map((part) => upload(`blocks of ${part.name}`, part.blocks))
    if (windowBytes === null) {
      this.pager = null
      this.states = parts.map((part) => storageBuffer(gpu, part.name, partBytes(part)))
      this.replays = [{ replay: this.replay('optimizer step', (r) => this.recordResident(r)), chunk: null }]
    } else {
      const pager = new StatePager(gpu, parts, windowBytes)
      this.pager = pager
      this.states = []
      this.replays = [{ replay: this.replay('gradient norm', (r) => this.recordNorm(r)), chunk: null }]
      for (const chunk of pager.chunks) {
        const record = (r: Recorder): void =>
          this.recordUpdate(r, chunk.part, pager.windows[chunk.window], chunk.first, chunk.count)
        this.replays.push({ replay: this.replay('optimizer page', record), chunk })
      }
    }
  }

  private replay(label: string, record: (r: Recorder) => void): Replay<null> {
    return new Replay<null>(this.p.gpu, record, null, { label })
  }

  private recordResident(r: Recorder): void {
    this.recordNorm(r)
    for (const [index, part] of this.layout.parts.entries())
      this.recordUpdate(r, index, this.states[index], 0, part.blocks.length)
  }

  private recordNorm(r: Recorder): void {
    const pages = this.p.adapter.layout.pages.map((n, i) => ({
      grad: bufferTensor('grad', 'f32', [n], this.p.gradients[i]),
      n,
    }))
    gradNorm(r, {
      pages,
      partial: whole(this.partial, 'f32'),
      hyper: whole(this.hyper, 'f32'),
      stats: whole(this.p.stats, 'f32'),
    })
  }

  private recordUpdate(r: Recorder, index: number, state: GPUBuffer, first: number, count: number): void {
    const { page, formula }: OptimizerPart = this.layout.parts[index]
    adamw(r, {
      formula,
      hyper: whole(this.hyper, 'f32'),
      stats: whole(this.p.stats, 'f32'),
      blocks: whole(this.tables[index], 'u32'),
      param: whole(this.p.adapter.pages[page], 'f32'),
      grad: whole(this.p.gradients[page], 'f32'),
      state: whole(state, 'u32'),
      maps: whole(this.maps, 'u32'),
      first,
      count,
    })
  }

  async build(): Promise<void> {
    for (const { replay } of this.replays) await replay.build()
  }

  /**
   * Clip, update and clear the gradients; a norm or loss that is not finite leaves parameters and states alone.
   * `last` may add copies behind all of it. Resolves when everything is submitted.
   * @param step counts from 1
   */
  async run(options: OptimizerStep, step: number, last: (encoder: GPUCommandEncoder) => void): Promise<void> {
    this.p.gpu.device.queue.writeBuffer(this.hyper, 0, hyperWords(options, step))
    for (const [index, { replay, chunk }] of this.replays.entries()) {
      const isLast = index === this.replays.length - 1
      if (chunk) await this.pager!.bring(chunk)
      await replay.prepare(null)
      await replay.play(null, (encoder) => {
        if (chunk) this.pager!.copyBack(encoder, chunk)
        if (isLast) last(encoder)
      })
      if (chunk) this.pager!.submitted(chunk)
    }
  }

  /** The states byte for byte, in an order of blocks that neither paging nor the budget changes. */
  async save(): Promise<SavedTensor[]> {
    const { parts } = this.layout
    if (this.pager) {
      await this.pager.settle()
      return parts.map((part, i) => ({ name: part.name, data: this.pager!.host[i].slice() }))
    }
    const { gpu } = this.p
    return Promise.all(
      parts.map(async (part, i) => ({
        name: part.name,
        data: new Uint8Array(await readBuffer(gpu, this.states[i], 0, partBytes(part))),
      })),
    )
  }

  /** @throws TuneError model-optimizer-state when the states belong to another adapter or another kind of optimiser */
  async load(tensors: readonly SavedTensor[]): Promise<void> {
    await this.pager?.settle()
    const saved = new Map(tensors.map(({ name, data }) => [name, data]))
    for (const part of this.layout.parts) {
      const found = saved.get(part.name)?.length ?? 0
      if (found !== partBytes(part))
        throw fail('model-optimizer-state', { name: part.name, expected: partBytes(part), found })
    }
    for (const [i, part] of this.layout.parts.entries()) {
      const data = saved.get(part.name) as Uint8Array<ArrayBuffer>
      if (this.pager) this.pager.host[i].set(data)
      else this.p.gpu.device.queue.writeBuffer(this.states[i], 0, data)
    }
  }

  destroy(): void {
    const { gpu } = this.p
    for (const { replay } of this.replays) replay.destroy()
    this.pager?.destroy()
    for (const buffer of [this.hyper, this.partial, this.maps, ...this.tables, ...this.states]) gpu.free(buffer)
  }
}

function whole(buffer: GPUBuffer, dtype: 'f32' | 'u32'): Tensor {
  return bufferTensor(buffer.label, dtype, [buffer.size / 4], buffer)
}
