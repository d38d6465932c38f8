import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer } from '../../gpu/readback'
import { storageTensor, uploadTensor, write } from '../../gpu/storage'
import type { Tensor } from '../../gpu/tensor'
import { chooseChunking } from '../../ops/attention'
import { recordDecoding, type DecodeShape, type PassModel } from '../passes/graphs'
import { embeddedRows, expectInTable } from '../passes/pass-inputs'
import { scoreLimit } from '../passes/score-limit'
import type { HostTable } from '../weights'

/**
 * One line of text going through the model with a cache of keys and values (f32). Two replays: prompts in pieces of up
 * to `Tuning.prefillTokens`, and single tokens, which read the 4-bit codes directly.
 */
export class Decoder {
  private readonly gpu: Gpu
  private readonly pass: PassModel
  private readonly host: HostTable | null
  private readonly capacity: number
  private readonly buffers: GPUBuffer[] = []
  private readonly many: Replay<DecodeShape>
  private readonly one: Replay<DecodeShape>
  private readonly t: { ids: Tensor; positions: Tensor; chosen: Tensor; logits: Tensor; embedded: Tensor | null }
  private length = 0

  constructor(gpu: Gpu, pass: Omit<PassModel, 'chunking'>, host: HostTable | null, capacity: number) {
    this.gpu = gpu
    this.host = host
    this.capacity = capacity
    const { config } = pass
    const { prefillTokens } = gpu.kernels.tuning
    const make = (label: string, dtype: 'i32' | 'f32', n: number): Tensor => {
      const tensor = storageTensor(gpu, label, dtype, [n])
      this.buffers.push(tensor.buffer!)
      return tensor
    }
    const kv = config.kvHeads * config.headDim
    const k = Array.from({ length: config.layers }, (_, i) => make(`keys ${i}`, 'f32', capacity * kv))
    const v = Array.from({ length: config.layers }, (_, i) => make(`values ${i}`, 'f32', capacity * kv))
    this.t = {
      ids: make('ids', 'i32', prefillTokens),
      positions: make('positions', 'i32', prefillTokens),
      chosen: make('chosen', 'i32', 1),
      logits: make('logits', 'f32', config.vocabSize),
      embedded: host ? make('embedded', 'f32', prefillTokens * config.hiddenSize) : null,
    }
    const pieces = Math.min(prefillTokens, capacity)
    this.pass = {
      ...pass,
      chunking: chooseChunking({ B: 1, Tq: pieces, Tk: capacity, H: config.heads }, scoreLimit(gpu)),
    }
    const replay = (T: number, single: boolean): Replay<DecodeShape> =>
      new Replay<DecodeShape>(
        gpu,
        (r, s) => recordDecoding(r, this.pass, s, { ...this.t, logitRows: 1, k, v, single }),
        { T, first: capacity - T },
        { label: single ? 'decode' : 'prefill' },
      )
    this.many = replay(pieces, false)
    this.one = replay(1, true)
  }

  async build(): Promise<void> {
    await this.many.build()
    await this.one.build()
  }

  /** Append tokens and return the logits [V] after the last one. @throws TuneError model-token-outside */
  async push(ids: Int32Array): Promise<Float32Array> {
    if (this.length + ids.length > this.capacity) throw new RangeError(`decoder holds ${this.capacity} tokens`)
    expectInTable(ids, this.pass.config.vocabSize)
    for (let at = 0; at < ids.length;) {
      const T = Math.min(this.gpu.kernels.tuning.prefillTokens, ids.length - at)
      const piece = ids.slice(at, at + T)
      const shape = { T, first: this.length }
      const replay = ids.length === 1 ? this.one : this.many
      await replay.prepare(shape)
      write(this.gpu, this.t.ids.buffer!, piece)
      write(
        this.gpu,
        this.t.positions.buffer!,
        Int32Array.from({ length: T }, (_, i) => this.length + i),
      )
      write(this.gpu, this.t.chosen.buffer!, Int32Array.of(T - 1))
      if (this.t.embedded) {
        const rows = await embeddedRows(this.host!, piece, this.pass.config.hiddenSize)
        write(this.gpu, this.t.embedded.buffer!, rows)
      }
      replay.run(shape)
      this.length += T
      at += T
    }
    return new Float32Array(await readBuffer(this.gpu, this.t.logits.buffer!, 0, this.pass.config.vocabSize * 4))
  }

  destroy(): void {
    this.many.destroy()
    this.one.destroy()
    for (const buffer of this.buffers) this.gpu.free(buffer)
  }
}

/** All logits [T, V] of one row in one pass, for checks. */
export async function allLogits(
  gpu: Gpu,
  pass: Omit<PassModel, 'chunking'>,
  host: HostTable | null,
  ids: Int32Array,
): Promise<Float32Array> {
  const { config } = pass
  expectInTable(ids, config.vocabSize)
  const T = ids.length
  const buffers: GPUBuffer[] = []
  const make = (label: string, data: Int32Array | Float32Array): Tensor => {
    const tensor = uploadTensor(gpu, label, data)
    buffers.push(tensor.buffer!)
    return tensor
  }
  const rows = Int32Array.from({ length: T }, (_, i) => i)
  const cache = (): Tensor[] =>
    Array.from({ length: config.layers }, () => make('cache', new Float32Array(T * config.kvHeads * config.headDim)))
  const inputs = {
    ids: make('ids', ids),
    positions: make('positions', rows),
    chosen: make('chosen', rows),
    logits: make('logits', new Float32Array(T * config.vocabSize)),
    embedded: host ? make('embedded', await embeddedRows(host, ids, config.hiddenSize)) : null,
    k: cache(),
    v: cache(),
  }
  const chunking = chooseChunking({ B: 1, Tq: T, Tk: T, H: config.heads }, scoreLimit(gpu))
  const replay = new Replay<DecodeShape>(
    gpu,
    (r, s) => recordDecoding(r, { ...pass, chunking }, s, { ...inputs, logitRows: T, single: false }),
    { T, first: 0 },
    { label: 'all logits' },
  )
  try {
    await replay.build()
    await replay.prepare({ T, first: 0 })
    replay.run({ T, first: 0 })
    return new Float32Array(await readBuffer(gpu, inputs.logits.buffer!, 0, T * config.vocabSize * 4))
  } finally {
    replay.destroy()
    for (const buffer of buffers) gpu.free(buffer)
  }
}
