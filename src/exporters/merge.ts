import type { WritableFolder } from '../contracts/bytes'
import { isBnbTensor } from '../formats/bnb'
import { expectedTensors } from '../architecture/tensors'
import { fromFloat32, isFloatDtype, toFloat32 } from '../formats/floats'
import type { FloatDtype } from '../formats/floats'
import { addLora } from './merge-lora'
import { mergedConfig, mergedGenerationConfig } from './merged-config'
import type { OpenedModel } from '../model/opening/open-model'
import { templateFile } from '../model/opening/open-model'
import { pythonJson } from '../formats/python-json'
import { SafetensorsWriter, tensorBytes } from '../formats/safetensors'
import type { TensorHeader } from '../formats/safetensors'
import { sourceRows } from '../formats/source-rows'
import type { ProgressListener } from '../contracts/progress'
import type { RowReader } from '../contracts/weights'
import type { LoraPair } from '../contracts/lora'
import { linearPath } from '../architecture/names'

export interface MergeParts {
  /** One a layer and adapted projection; none: the model is written as it is. */
  pairs: LoraPair[]
  /** PEFT's scale, see `loraScale`. */
  scale: number
  /** Absent: onto the source's own weights. Else rows of a projection (name without ".weight") as [count, in] f32. */
  dequantizedRows?: (name: string, from: number, count: number) => Promise<Float32Array>
  /** Ids that generation must end after; absent: those of the source. */
  stopIds?: number[]
  /** Largest file of weights; one tensor may be larger. */
  maxShardBytes?: number
  /** Texts to put beside the model, by file name. */
  extraFiles?: Record<string, string>
}

/** Bytes of f32 rows that are worked on at a time. */
const WINDOW_BYTES = 8 << 20
/** transformers' own default of long; every host takes such files. */
const SHARD_BYTES = 5_000_000_000

/**
 * Write the merged model as a Hugging Face folder, tensor by tensor in windows of rows, in the source's element types:
 * the adapted projections as round(W + scale * B A) with the sum in f32, everything else byte for byte. NF4 tensors of
 * the source become what they stand for in the source's float type. A tied head stays tied: it is not written.
 */
export async function writeMerged(
  opened: OpenedModel,
  parts: MergeParts,
  out: WritableFolder,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<{ path: string; bytes: number }[]> {
  const plan = planTensors(opened)
  const shards = splitShards(plan, parts.maxShardBytes ?? SHARD_BYTES)
  const adapted = byPath(parts.pairs)
  const total = plan.reduce((sum, tensor) => sum + tensorBytes(tensor), 0)
  const written: { path: string; bytes: number }[] = []
  const began = performance.now()
  let done = 0

  for (const shard of shards) {
    const writer = await SafetensorsWriter.create(await out.create(shard.path), shard.tensors)
    try {
      for (const tensor of shard.tensors) {
        for await (const chunk of mergedBytes(opened, tensor, adapted, parts)) {
          signal?.throwIfAborted()
          await writer.write(chunk)
          done += chunk.length
          const perSecond = done / ((performance.now() - began) / 1000)
          on?.({
            phase: 'merge',
            item: tensor.name,
            done,
            total,
            unit: 'bytes',
            perSecond,
            etaSeconds: (total - done) / perSecond,
          })
        }
      }
      await writer.close()
    } catch (error) {
      await writer.abort()
      throw error
    }
    written.push({ path: shard.path, bytes: writer.written })
  }
  for (const [path, text] of Object.entries(textFiles(opened, parts, shards, total))) {
    const bytes = new TextEncoder().encode(text)
    const sink = await out.create(path)
    await sink.write(bytes)
    await sink.close()
    written.push({ path, bytes: bytes.length })
  }
  return written
}

interface Shard {
  path: string
  tensors: PlannedTensor[]
}

interface PlannedTensor extends TensorHeader {
  dtype: FloatDtype
  /** One of a block's linears. */
  isLinear: boolean
}

function planTensors({ config, weights, dtype }: OpenedModel): PlannedTensor[] {
  return expectedTensors(config).map(({ name, shape, linear }) => {
    const stored = weights.tensors.get(name)!.dtype
    return {
      name,
      shape,
      isLinear: linear === 'block',
      dtype: isFloatDtype(stored) && !isBnbTensor(weights, name) ? stored : dtype,
    }
  })
}

/** Fill files in the model's order; names as transformers gives them. */
function splitShards(plan: PlannedTensor[], maxBytes: number): Shard[] {
  const groups: PlannedTensor[][] = []
  let room = 0
  for (const tensor of plan) {
    const bytes = tensorBytes(tensor)
    if (groups.length === 0 || bytes > room) {
      groups.push([])
      room = maxBytes
    }
    groups.at(-1)!.push(tensor)
    room -= bytes
  }
  const number = (n: number) => String(n).padStart(5, '0')
  return groups.map((tensors, i) => ({
    path: groups.length === 1 ? 'model.safetensors' : `model-${number(i + 1)}-of-${number(groups.length)}.safetensors`,
    tensors,
  }))
}

/** Bytes of rows [from, end) of a tensor as they are to be written, in windows; without a range, of all of them. */
async function* mergedBytes(
  { weights }: OpenedModel,
  tensor: PlannedTensor,
  adapted: Map<string, LoraPair>,
  parts: MergeParts,
  range?: { from: number; end: number },
): AsyncGenerator<Uint8Array> {
  const path = tensor.name.replace(/\.weight$/, '')
  const pair = adapted.get(path)
  const dequantized = tensor.isLinear ? parts.dequantizedRows : undefined
  const [rows, width] = tensor.shape.length === 2 ? tensor.shape : [1, tensor.shape[0]]
  const step = Math.max(1, Math.floor(WINDOW_BYTES / (width * 4)))
  const { from: first, end } = range ?? { from: 0, end: rows }

  const rowsOf = await sourceRows(weights, tensor.name, width)
  for (let from = first; from < end; from += step) {
    const count = Math.min(step, end - from)
    if (!pair && !dequantized && rowsOf.raw) {
      yield await rowsOf.raw(from, count)
      continue
    }
    const values = dequantized ? await dequantized(path, from, count) : await rowsOf.floats(from, count)
    if (pair) addLora(values, from, pair, parts.scale)
    yield fromFloat32(values, tensor.dtype)
  }
}

/** The merged model's rows, rounded as the folder will hold them. */
export function mergedRows(
  opened: OpenedModel,
  parts: Pick<MergeParts, 'pairs' | 'scale' | 'dequantizedRows'>,
): RowReader {
  const adapted = byPath(parts.pairs)
  const plan = new Map(planTensors(opened).map((tensor) => [tensor.name, tensor]))
  return async function* (name, from, count) {
    const tensor = plan.get(name)!
    for await (const bytes of mergedBytes(opened, tensor, adapted, parts, { from, end: from + count }))
      yield toFloat32(bytes, tensor.dtype)
  }
}

const byPath = (pairs: LoraPair[]) => new Map(pairs.map((pair) => [linearPath(pair.layer, pair.projection), pair]))

/** Everything but the weights. The index comes first among them: with it the shards are a model. */
function textFiles(opened: OpenedModel, parts: MergeParts, shards: Shard[], total: number): Record<string, string> {
  const { 'generation_config.json': _, 'chat_template.json': __, ...tokenizer } = opened.files
  const stopIds = parts.stopIds ?? opened.stopIds
  const weight_map = Object.fromEntries(
    shards.flatMap(({ path, tensors }) => tensors.map(({ name }) => [name, path])).sort(),
  )
  return {
    ...(shards.length > 1
      ? { 'model.safetensors.index.json': pythonJson({ metadata: { total_size: total }, weight_map }) }
      : {}),
    'config.json': pythonJson(mergedConfig(opened.config, opened.dtype)),
    'generation_config.json': pythonJson(mergedGenerationConfig(opened.generationConfig, opened.config, stopIds)),
    ...tokenizer,
    ...templateFile(opened),
    ...parts.extraFiles,
  }
}
