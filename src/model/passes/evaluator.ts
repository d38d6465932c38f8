import type { MicroBatch } from '../../contracts/data'
import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer } from '../../gpu/readback'
import { storageBuffer } from '../../gpu/storage'
import { bufferTensor, type Tensor } from '../../gpu/tensor'
import { countNonFinite } from '../../ops/probe'
import { recordEvaluation, type PassModel, type PassShape } from './graphs'
import { InputBuffers, prepareBatch } from './pass-inputs'
import { LOSS_WORDS } from './row-losses'
import type { LineFigures } from '../language-model'
import type { HostTable } from '../weights'

/**
 * Forward passes for losses, at shapes up to a capacity; optionally counts numbers that are not finite layer by layer.
 */
export class Evaluator {
  readonly capacity: { B: number; T: number }
  private readonly gpu: Gpu
  private readonly layers: number
  private readonly inputs: InputBuffers
  private readonly losses: GPUBuffer
  private readonly counts: GPUBuffer
  private readonly plan: Replay<PassShape>

  constructor(
    gpu: Gpu,
    pass: PassModel,
    host: HostTable | null,
    { capacity, probing }: { capacity: { B: number; T: number }; probing?: boolean },
  ) {
    this.gpu = gpu
    this.capacity = capacity
    this.layers = pass.config.layers
    const M = capacity.B * capacity.T
    const C = pass.config.hiddenSize
    this.inputs = new InputBuffers(gpu, capacity, pass.config, host)
    this.losses = storageBuffer(gpu, 'eval losses', M * LOSS_WORDS * 4)
    this.counts = storageBuffer(gpu, 'non-finite counts', this.layers * 4)
    const tensor = (buffer: GPUBuffer): Tensor => bufferTensor(buffer.label, 'f32', [buffer.size / 4], buffer)
    this.plan = new Replay<PassShape>(
      gpu,
      (r, s) =>
        recordEvaluation(r, pass, s, {
          inputs: this.inputs.tensors,
          losses: tensor(this.losses),
          probe: probing
            ? (layer, residual) =>
                countNonFinite(r, {
                  x: residual.x,
                  delta: residual.delta!,
                  counts: tensor(this.counts),
                  n: s.B * s.T * C,
                  layer,
                })
            : undefined,
        }),
      { ...capacity, rows: M },
      { label: 'evaluation pass' },
    )
  }

  async build(): Promise<void> {
    await this.plan.build()
  }

  private async pass(batch: MicroBatch): Promise<{ chosen: Int32Array; losses: Float32Array }> {
    const prepared = prepareBatch(batch)
    await this.plan.prepare(prepared.shape)
    await this.inputs.write(batch, prepared)
    await this.plan.play(prepared.shape)
    const { rows } = prepared.shape
    const losses =
      rows > 0
        ? new Float32Array(await readBuffer(this.gpu, this.losses, 0, rows * LOSS_WORDS * 4))
        : new Float32Array(0)
    return { chosen: prepared.chosen, losses }
  }

  /** What each line of the batch leaves. */
  async perLine(batch: MicroBatch): Promise<LineFigures> {
    const { chosen, losses } = await this.pass(batch)
    const [sums, right, entropies] = [0, 1, 2].map(() => new Float64Array(batch.B))
    const counts = new Int32Array(batch.B)
    for (const [i, m] of chosen.entries()) {
      const line = Math.floor(m / batch.T)
      sums[line] += losses[i * LOSS_WORDS]
      right[line] += losses[i * LOSS_WORDS + 1]
      entropies[line] += losses[i * LOSS_WORDS + 2]
      counts[line]++
    }
    return { sums, counts, right, entropies }
  }

  /** Cross-entropy of each token [B, T]; NaN where it is not trained. */
  async perToken(batch: MicroBatch): Promise<Float32Array> {
    const { chosen, losses } = await this.pass(batch)
    const all = new Float32Array(batch.B * batch.T).fill(NaN)
    // A position's loss is that of the token behind it.
    for (const [i, m] of chosen.entries()) all[m + 1] = losses[i * LOSS_WORDS]
    return all
  }

  /** First layer whose output is not finite, and the lines whose loss is not. */
  async findNonFinite(batch: MicroBatch): Promise<{ layer: number | null; lines: number[] }> {
    const { sums } = await this.perLine(batch)
    const counts = new Float32Array(await readBuffer(this.gpu, this.counts, 0, this.layers * 4))
    const layer = counts.findIndex((count) => count > 0)
    return { layer: layer < 0 ? null : layer, lines: [...sums.keys()].filter((line) => !Number.isFinite(sums[line])) }
  }

  destroy(): void {
    this.plan.destroy()
    this.inputs.destroy()
    this.gpu.free(this.losses)
    this.gpu.free(this.counts)
  }
}
