import type { WritableFolder } from '../../contracts/bytes'
import { isBnbTensor } from '../../formats/bnb'
import { expectedTensors } from '../../architecture/tensors'
import { fromFloat32, isFloatDtype, toFloat32 } from '../../formats/floats'
import type { FloatDtype } from '../../formats/floats'
import { addLora } from './add-lora'
import { mergedConfig, mergedGenerationConfig } from './merged-config'
import type { OpenedModel } from '../../model/opening/open-model'
import { templateFile } from '../../model/opening/open-model'
import { pythonJson } from '../../formats/python-json'
import { SafetensorsWriter, tensorBytes } from '../../formats/safetensors'
import type { TensorHeader } from '../../formats/safetensors'
import { sourceRows } from '../../formats/source-rows'
import type { ProgressListener } from '../../contracts/progress'
import type { ExportedFile } from '../../contracts/exports'
import { intoFile, writeTexts } from '../../formats/into-file'
import { byteProgress } from '../byte-progress'
import type { RowReader } from '../../contracts/weights'
import type { LoraPair } from '../../contracts/lora'
import { linearPath } from '../../architecture/names'

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
): Promise<ExportedFile[]> {
  const model = mergedModel(opened, parts)
  const shards = splitShards(model.tensors, parts.maxShardBytes ?? SHARD_BYTES)
  const total = mergedModelBytes(opened)
  const told = byteProgress(total, on)
  const written: ExportedFile[] = []

  for (const shard of shards) {
    await intoFile(out, shard.path, async (sink) => {
      const writer = await SafetensorsWriter.create(sink, shard.tensors)
      for (const tensor of shard.tensors) {
        for await (const chunk of model.bytes(tensor.name)) {
          signal?.throwIfAborted()
          await writer.write(chunk)
          told('merge', tensor.name, chunk.length)
        }
      }
      await writer.close()
      written.push({ path: shard.path, bytes: writer.written })
    })
  }
  written.push(...(await writeTexts(out, textFiles(opened, parts, shards, total))))
  return written
}

interface Shard {
  path: string
  tensors: MergedTensor[]
}

export interface MergedTensor extends TensorHeader {
  dtype: FloatDtype
  /** One of a block's linears. */
  isLinear: boolean
}

/** A model with an adapter worked in, row by row as it is asked for. */
export interface MergedModel {
  /** As a Hugging Face folder holds them. */
  tensors: MergedTensor[]
  /** A tensor's bytes in the source's element type, in windows. */
  bytes(name: string): AsyncGenerator<Uint8Array>
  /** Rows as those bytes hold them. */
  rows: RowReader
  /** Rows before they are rounded to the source's element type. */
  exactRows: RowReader
}

export function mergedModel(
  opened: OpenedModel,
  parts: Pick<MergeParts, 'pairs' | 'scale' | 'dequantizedRows'>,
): MergedModel {
  const tensors = planTensors(opened)
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const adapted = new Map(parts.pairs.map((pair) => [`${linearPath(pair.layer, pair.projection)}.weight`, pair]))
  const read = (name: string, from?: number, count?: number) =>
    windows(opened, byName.get(name)!, adapted.get(name), parts, from, count)
  return {
    tensors,
    async *bytes(name) {
      const { dtype } = byName.get(name)!
      for await (const { raw, values } of read(name)) yield raw ?? fromFloat32(values, dtype)
    },
    async *rows(name, from, count) {
      const { dtype } = byName.get(name)!
      for await (const { raw, values } of read(name, from, count)) {
        yield toFloat32(raw ?? fromFloat32(values, dtype), dtype)
      }
    },
    async *exactRows(name, from, count) {
      const { dtype } = byName.get(name)!
      for await (const { raw, values } of read(name, from, count)) yield raw ? toFloat32(raw, dtype) : values
    },
  }
}

/** Bytes of all weights of a merged model. */
export const mergedModelBytes = (opened: OpenedModel) =>
  planTensors(opened).reduce((sum, tensor) => sum + tensorBytes(tensor), 0)

function planTensors({ config, weights, dtype }: OpenedModel): MergedTensor[] {
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
function splitShards(plan: MergedTensor[], maxBytes: number): Shard[] {
  const groups: MergedTensor[][] = []
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

/** A window of rows: as stored where nothing was added, else as sums. */
type Window = { raw: Uint8Array; values?: undefined } | { raw?: undefined; values: Float32Array }

async function* windows(
  { weights }: OpenedModel,
  tensor: MergedTensor,
  pair: LoraPair | undefined,
  parts: Pick<MergeParts, 'scale' | 'dequantizedRows'>,
  first = 0,
  total = tensor.shape.length === 2 ? tensor.shape[0] : 1,
): AsyncGenerator<Window> {
  const dequantized = tensor.isLinear ? parts.dequantizedRows : undefined
  const width = tensor.shape.at(-1)!
  const step = Math.max(1, Math.floor(WINDOW_BYTES / (width * 4)))
  const end = first + total

  const rowsOf = await sourceRows(weights, tensor.name, width)
  for (let from = first; from < end; from += step) {
    const count = Math.min(step, end - from)
    if (!pair && !dequantized && rowsOf.raw) {
      yield { raw: await rowsOf.raw(from, count) }
      continue
    }
    const path = tensor.name.replace(/\.weight$/, '')
    const values = dequantized ? await dequantized(path, from, count) : await rowsOf.floats(from, count)
    if (pair) addLora(values, from, pair, parts.scale)
    yield { values }
  }
}

/** Everything but the weights. The index comes first among them: with it the shards are a model. */
function textFiles(opened: OpenedModel, parts: MergeParts, shards: Shard[], total: number): Record<string, string> {
  const { 'generation_config.json': _, 'chat_template.json': __, ...tokenizer } = opened.files
  const stopIds = parts.stopIds ?? opened.listedStopIds
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
