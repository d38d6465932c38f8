import { IGNORE, type MicroBatch } from '../../contracts/data'
import { fail } from '../../errors/index'
import type { Gpu } from '../../gpu/device'
import { storageTensor, write } from '../../gpu/storage'
import { byteLength, type Tensor, type TensorDtype } from '../../gpu/tensor'
import type { PassInputs, PassShape } from './graphs'
import type { ModelConfig } from '../../contracts/model'
import type { HostTable } from '../weights'

/** A batch as the graph wants it: shifted targets, only the trained rows. */
export interface PreparedBatch {
  shape: PassShape
  chosen: Int32Array<ArrayBuffer>
  targets: Int32Array<ArrayBuffer>
  trainedIndex: Int32Array<ArrayBuffer>
}

/** Shift labels by one: position t is trained on the label of t + 1 of the same line. */
export function prepareBatch(batch: MicroBatch): PreparedBatch {
  const { B, T, labels } = batch
  const chosen: number[] = []
  const targets: number[] = []
  const trainedIndex = new Int32Array(B * T).fill(-1)
  for (let m = 0; m < B * T; m++) {
    if (m % T === T - 1 || labels[m + 1] === IGNORE) continue
    trainedIndex[m] = chosen.length
    chosen.push(m)
    targets.push(labels[m + 1])
  }
  return {
    shape: { B, T, rows: chosen.length },
    chosen: Int32Array.from(chosen),
    targets: Int32Array.from(targets),
    trainedIndex,
  }
}

type InputShapes = Record<keyof PassInputs, [dtype: TensorDtype, shape: number[]] | null>

/** Element type and shape of every input at a capacity; `embedded` only where the table stays with the host. */
function inputShapes(capacity: { B: number; T: number }, config: ModelConfig, host: boolean): InputShapes {
  const M = capacity.B * capacity.T
  const words: [TensorDtype, number[]] = ['i32', [M]]
  return {
    ids: words,
    positions: words,
    segments: words,
    chosen: words,
    targets: words,
    trainedIndex: words,
    embedded: host ? ['f32', [M, config.hiddenSize]] : null,
  }
}

/** Bytes of an `InputBuffers`. */
export function inputBytes(capacity: { B: number; T: number }, config: ModelConfig, host: boolean): number {
  return Object.values(inputShapes(capacity, config, host)).reduce(
    (sum, input) => sum + (input ? byteLength({ dtype: input[0], shape: input[1] }) : 0),
    0,
  )
}

/** The input buffers of a graph at its largest shape, and their filling. */
export class InputBuffers {
  readonly tensors: PassInputs
  private readonly gpu: Gpu
  private readonly host: HostTable | null
  private readonly config: ModelConfig

  constructor(gpu: Gpu, capacity: { B: number; T: number }, config: ModelConfig, host: HostTable | null) {
    this.gpu = gpu
    this.host = host
    this.config = config
    const sizes = inputShapes(capacity, config, host !== null)
    const make = (name: keyof PassInputs): Tensor => storageTensor(gpu, name, ...sizes[name]!)
    this.tensors = {
      ids: make('ids'),
      positions: make('positions'),
      segments: make('segments'),
      chosen: make('chosen'),
      targets: make('targets'),
      trainedIndex: make('trainedIndex'),
      embedded: host ? make('embedded') : null,
    }
  }

  async write(batch: MicroBatch, prepared: PreparedBatch): Promise<void> {
    const t = this.tensors
    const fill = (to: Tensor, data: Int32Array | Float32Array): void => write(this.gpu, to.buffer!, data)
    const ids = lookupIds(batch, this.config.vocabSize)
    const rows = this.host ? await embeddedRows(this.host, ids, this.config.hiddenSize) : null
    fill(t.ids, ids)
    fill(t.positions, batch.positions)
    fill(t.segments, batch.segments)
    fill(t.chosen, prepared.chosen)
    fill(t.targets, prepared.targets)
    fill(t.trainedIndex, prepared.trainedIndex)
    if (rows) fill(t.embedded!, rows)
  }

  destroy(): void {
    for (const tensor of Object.values(this.tensors)) if (tensor?.buffer) this.gpu.free(tensor.buffer)
  }
}

/**
 * The batch's ids as they are looked up. Padding may be a token that the table lacks, since nothing reads its row: 0
 * stands for it.
 * @throws TuneError model-token-outside
 */
export function lookupIds(batch: Pick<MicroBatch, 'inputIds' | 'segments'>, vocabSize: number): Int32Array {
  const ids = batch.inputIds.map((id, m) => (batch.segments[m] === 0 && id >= vocabSize ? 0 : id))
  expectInTable(ids, vocabSize)
  return ids
}

/**
 * A tokenizer may know tokens beyond the table's end, whose rows and logits nobody would write. @throws TuneError
 * model-token-outside
 */
export function expectInTable(ids: Int32Array, vocabSize: number): void {
  const outside = ids.find((id) => id >= vocabSize)
  if (outside !== undefined) throw fail('model-token-outside', { id: outside, vocabSize })
}

/** f32 rows [n, C] of an input table that stays with the host. */
export async function embeddedRows(host: HostTable, ids: Int32Array, C: number): Promise<Float32Array<ArrayBuffer>> {
  const rows = new Float32Array(ids.length * C)
  const distinct = new Map<number, Promise<Float32Array>>()
  for (const id of ids) if (!distinct.has(id)) distinct.set(id, host.row(id))
  for (const [m, id] of ids.entries()) rows.set(await distinct.get(id)!, m * C)
  return rows
}
