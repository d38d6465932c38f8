import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer } from '../../gpu/readback'
import { uploadTensor } from '../../gpu/storage'
import type { Tensor } from '../../gpu/tensor'
import { chooseChunking } from '../../ops/attention'
import { recordDecoding, type DecodeShape } from '../passes/graphs'
import { embeddedRows, expectInTable } from '../passes/pass-inputs'
import { scoreLimit } from '../passes/score-limit'
import type { HostTable } from '../weights'
import type { AnswerPass } from './answer-graphs'

/** All logits [T, V] of one row in one pass, for checks. */
export async function allLogits(
  gpu: Gpu,
  pass: AnswerPass,
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
    capacity: T,
  }
  const chunking = chooseChunking({ B: 1, Tq: T, Tk: T, H: config.heads }, scoreLimit(gpu))
  const shape = { T, first: 0, slot: 0 }
  const replay = new Replay<DecodeShape>(
    gpu,
    (r, s) => recordDecoding(r, { ...pass, chunking }, s, { ...inputs, logitRows: T }),
    shape,
    { label: 'all logits' },
  )
  try {
    await replay.build()
    await replay.prepare(shape)
    replay.run(shape)
    return new Float32Array(await readBuffer(gpu, inputs.logits.buffer!, 0, T * config.vocabSize * 4))
  } finally {
    replay.destroy()
    for (const buffer of buffers) gpu.free(buffer)
  }
}
