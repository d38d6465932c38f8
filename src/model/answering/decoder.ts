import { cacheLayout } from '../../contracts/answer-cache'
import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer, ReadbackRing } from '../../gpu/readback'
import { storageTensor, write } from '../../gpu/storage'
import type { Drawing } from '../../ops/answering/draw'
import type { DecodeShape } from '../passes/graphs'
import { embeddedRows, expectInTable } from '../passes/pass-inputs'
import { ANSWER_GROUPS, type HostTable } from '../weights'
import { groupAdapter } from './adapter-parts'
import {
  answerGraphs,
  answerTensors,
  ringCount,
  type AnswerPass,
  type AnswerTensors,
  type DecoderSize,
} from './answer-graphs'
import { promptViews, stepCache } from './line-caches'
import type { StepShape } from './step-graph'

/** Tokens that are still on their way from the GPU, one a line. */
export interface Chosen {
  read(): Promise<Uint32Array>
}

/**
 * Lines of text going through the model, each with its own part of a cache of keys and values. Two replays: prompts in
 * pieces of up to `Tuning.prefillTokens`, a line at a time, and steps, one token of every line. The next token of a
 * line is chosen and kept on the GPU, so that steps may follow each other before any is read back.
 */
export class Decoder {
  readonly size: DecoderSize
  private readonly gpu: Gpu
  private readonly pass: AnswerPass
  private readonly host: HostTable | null
  private readonly buffers: GPUBuffer[] = []
  private readonly t: AnswerTensors
  private readonly prompts: Replay<DecodeShape>
  private readonly steps: Replay<StepShape>
  private readonly ring: ReadbackRing
  private readonly lengths: number[]

  constructor(gpu: Gpu, pass: AnswerPass, host: HostTable | null, size: DecoderSize, how: Drawing | null) {
    this.gpu = gpu
    this.pass = pass
    this.host = host
    this.size = size
    const { config } = pass
    const { lines, capacity } = size
    this.lengths = Array.from({ length: lines }, () => 0)
    const keep = (buffer: GPUBuffer): GPUBuffer => {
      this.buffers.push(buffer)
      return buffer
    }
    const { prefillTokens: pieces } = gpu.kernels.tuning
    this.t = answerTensors(config, { lines, pieces, host: host !== null, draws: how !== null }, (label, dtype, n) => {
      const tensor = storageTensor(gpu, label, dtype, [n])
      keep(tensor.buffer!)
      return tensor
    })
    const layout = cacheLayout(config, lines, capacity, size.cache)
    const caches = Array.from({ length: config.layers }, (_, i) =>
      keep(storageTensor(gpu, `keys and values ${i}`, 'u32', [layout.bytes / 4]).buffer!),
    )
    const { prompt, step } = answerGraphs(gpu, pass, size, how, {
      tensors: this.t,
      prompts: caches.map((buffer) => promptViews(layout, buffer)),
      steps: caches.map((buffer) => stepCache(layout, buffer)),
      adapters: caches.map((_, layer) =>
        ANSWER_GROUPS.map((group) => groupAdapter(gpu, pass.adapter, { layer, group }, keep)),
      ),
    })
    this.prompts = new Replay(gpu, prompt.record, prompt.largest, { label: 'prompt' })
    this.steps = new Replay(gpu, step.record, step.largest, { label: 'answers' })
    this.ring = new ReadbackRing(gpu, { label: 'tokens', bytes: lines * 4, count: ringCount(gpu, lines) })
  }

  async build(): Promise<void> {
    await this.prompts.build()
    await this.steps.build()
  }

  /** For the profiler. */
  get stepsForProfiling(): Replay<StepShape> {
    return this.steps
  }

  /** A line begins anew; its cache is overwritten. */
  clear(line: number): void {
    this.lengths[line] = 0
  }

  /**
   * Append tokens to a line, at least one; its next token is chosen after the last, drawn by `uniform` of [0, 1).
   * @throws TuneError model-token-outside; RangeError where the line has no room
   */
  async prompt(line: number, ids: Int32Array, uniform = 0): Promise<Chosen> {
    const { gpu, t } = this
    const { capacity } = this.size
    const { vocabSize, hiddenSize } = this.pass.config
    if (this.lengths[line] + ids.length > capacity) throw new RangeError(`a line holds ${capacity} tokens`)
    expectInTable(ids, vocabSize)
    if (t.uniforms) write(gpu, t.uniforms.buffer!, words32(uniform), line * 4)
    let words: { read: () => Promise<Float32Array> }
    for (let at = 0; at < ids.length;) {
      const T = Math.min(gpu.kernels.tuning.prefillTokens, ids.length - at)
      const piece = ids.slice(at, at + T)
      const first = this.lengths[line]
      const shape = { T, first, slot: line }
      await this.prompts.prepare(shape)
      const embedded = t.promptEmbedded ? await embeddedRows(this.host!, piece, hiddenSize) : null
      write(gpu, t.promptIds.buffer!, piece)
      write(
        gpu,
        t.positions.buffer!,
        Int32Array.from({ length: T }, (_, i) => first + i),
      )
      write(gpu, t.chosen.buffer!, Int32Array.of(T - 1))
      if (embedded) write(gpu, t.promptEmbedded!.buffer!, embedded)
      // Choosing moves the line on to the place behind its last token.
      write(gpu, t.rows.buffer!, Uint32Array.of(line, first + T - 1, capacity, 0), line * 16)
      const isLast = at + T === ids.length
      await this.prompts.play(shape, (encoder) => {
        if (isLast) words = this.ring.copy(encoder, t.tokens.buffer!)
      })
      this.lengths[line] += T
      at += T
    }
    return { read: async () => new Uint32Array((await words.read()).buffer) }
  }

  /** The tokens of all lines that were chosen last go through; the next ones are chosen, or drawn by the uniforms. */
  async step(uniforms: readonly number[] = []): Promise<Chosen> {
    const shape = { lines: this.size.lines }
    await this.steps.prepare(shape)
    // What is submitted already has its own: writes and submits keep their order.
    if (this.t.uniforms) write(this.gpu, this.t.uniforms.buffer!, words32(...uniforms))
    let words: { read: () => Promise<Float32Array> }
    await this.steps.play(shape, (encoder) => {
      words = this.ring.copy(encoder, this.t.tokens.buffer!)
    })
    for (const [line, length] of this.lengths.entries()) this.lengths[line] = Math.min(this.size.capacity, length + 1)
    return { read: async () => new Uint32Array((await words.read()).buffer) }
  }

  /** Whether each token must be `put`: its embedding stays with the host. */
  get needsTokens(): boolean {
    return this.host !== null
  }

  /** The token of a line's next place, with its row, which the host has; for comparisons any token. */
  async put(line: number, id: number): Promise<void> {
    const { gpu, t } = this
    if (t.embedded) {
      const { hiddenSize } = this.pass.config
      const row = await embeddedRows(this.host!, Int32Array.of(id), hiddenSize)
      write(gpu, t.embedded.buffer!, row, line * hiddenSize * 4)
    }
    write(gpu, t.ids.buffer!, Int32Array.of(id), line * 4)
  }

  /** Logits [V] after a line's last token, of the prompt that came last or of the last step: for comparisons. */
  async logits(line: number, of: 'prompt' | 'step'): Promise<Float32Array> {
    const bytes = this.pass.config.vocabSize * 4
    const [tensor, at] = of === 'prompt' ? [this.t.promptLogits, 0] : [this.t.logits, line * bytes]
    return new Float32Array(await readBuffer(this.gpu, tensor.buffer!, at, bytes))
  }

  destroy(): void {
    this.prompts.destroy()
    this.steps.destroy()
    this.ring.release()
    for (const buffer of this.buffers) this.gpu.free(buffer)
  }
}

/** Uniforms of [0, 1) in 1/2^32. */
const words32 = (...uniforms: number[]): Uint32Array => Uint32Array.from(uniforms, (u) => u * 2 ** 32)
