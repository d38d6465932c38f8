import { expectedTensors } from '../../architecture/tensors'
import type { ExportSettings } from '../../contracts/exports'
import type { ModelConfig } from '../../contracts/model'
import type { RowReader } from '../../contracts/weights'
import { ggmlBytes } from '../../formats/gguf/ggml-types'
import { string, u32 } from '../../formats/gguf/header'
import type { GgufMetadata, GgufTensor } from '../../formats/gguf/header'
import { GGUF_KINDS, ggmlTypeOf } from '../../formats/gguf/mixture'
import type { GgufKind } from '../../formats/gguf/mixture'
import { quantizeRows } from '../../formats/gguf/quantize'
import { vocabularyMetadata } from '../../formats/gguf/vocabulary'
import { GgufWriter } from '../../formats/gguf/writer'
import { isHubId } from '../../contracts/hub-id'
import { intoFile, writeTexts } from '../../formats/into-file'
import { joined } from '../../formats/joined'
import { byteProgress } from '../byte-progress'
import { llamaCppModel, lmStudio, ollama, transformersGguf, vllmGguf } from '../cards/clients'
import { modelReadme } from '../cards/model-readme'
import type { Exporter, ExportSource } from '../exporter'
import { ggufFamily } from '../gguf/family'
import { interleavedRows, isTurned } from '../gguf/head-rows'
import { modelMetadata, ROPE_DIVISORS, ropeDivisors } from '../gguf/model-metadata'
import { ggufName } from '../gguf/tensor-names'
import { vocabularyOf } from '../gguf/vocabulary'
import { mergedModel } from '../merging/merge'
import { exportStem, runNames } from '../names'
import { modelfile } from '../ollama/modelfile'
import { mergeParts } from './safetensors'

/** Bytes of f32 rows that are worked on at a time. */
const WINDOW_BYTES = 8 << 20

/** The model as one GGUF file for llama.cpp and what is built on it: 16 or 32 bits, or its own quantised types. */
export const ggufModels: readonly Exporter[] = (['f16', 'bf16', 'f32', 'q8_0', 'q4_0', 'q4_k_m'] as const).map(
  ggufModel,
)

export function ggufModel(kind: GgufKind): Exporter {
  return {
    kind: `gguf-${kind}`,
    takes: 'model',
    fileEnding: '.gguf',
    check(source) {
      ggufFamily(source.opened.config)
      planTensors(source.opened.config, kind)
      vocabularyMetadata(vocabularyOf(source))
    },
    bytes: ({ config }) => planTensors(config, kind).reduce((sum, { type, shape }) => sum + ggmlBytes(type, shape), 0),
    async write(source, settings, out, on, signal) {
      const { config } = source.opened
      const { architecture, interleaved } = ggufFamily(config)
      const path = settings.file ?? `${exportStem(source, settings)}-${kind.toUpperCase()}.gguf`
      const tensors = planTensors(config, kind)
      const rows = mergedModel(source.opened, mergeParts(source)).exactRows
      const told = byteProgress(
        tensors.reduce((sum, { type, shape }) => sum + ggmlBytes(type, shape), 0),
        on,
      )

      const written = await intoFile(out, path, async (sink) => {
        const writer = await GgufWriter.create(sink, metadata(source, kind, architecture), tensors)
        for (const { name, type, shape, from } of tensors) {
          const headDim = interleaved && isTurned(name) ? config.headDim : 0
          for await (const values of from ? windows(rows, from, shape, headDim) : [ropeDivisors(config)!]) {
            signal?.throwIfAborted()
            const bytes = quantizeRows(values, type)
            await writer.write(bytes)
            told('write', name, bytes.length)
          }
        }
        await writer.close()
        return { path, bytes: writer.written }
      })
      if (settings.file) return [written]
      const texts = {
        'README.md': readme(source, settings, kind, path),
        Modelfile: modelfile(source, [`FROM ./${path}`]),
      }
      return [written, ...(await writeTexts(out, texts))]
    },
  }
}

interface PlannedTensor extends GgufTensor {
  /** transformers' name; null: made here. */
  from: string | null
}

/** A tied head is left out: llama.cpp takes the embedding then. */
function planTensors(config: ModelConfig, kind: GgufKind): PlannedTensor[] {
  const { layers, tieWordEmbeddings: tied, heads, kvHeads, headDim } = config
  const architecture = ggufFamily(config).architecture
  const isLarge = layers === 80 && (architecture === 'qwen2' || (architecture === 'llama' && kvHeads < heads))
  const planned = expectedTensors(config).map(({ name: from, shape }): PlannedTensor => {
    const name = ggufName(from)
    return { name, from, shape, type: ggmlTypeOf(kind, name, shape, { layers, tied, isLarge }) }
  })
  const divisors: PlannedTensor[] = ropeDivisors(config)
    ? [{ name: ROPE_DIVISORS, from: null, shape: [headDim / 2], type: 'F32' }]
    : []
  return [...divisors, ...planned]
}

/** A tensor's rows in windows; with a head size in windows of whole heads, their rows in llama.cpp's order. */
async function* windows(rows: RowReader, name: string, shape: number[], headDim: number): AsyncGenerator<Float32Array> {
  const [count, width] = shape.length === 2 ? shape : [1, shape[0]]
  if (headDim === 0) {
    yield* rows(name, 0, count)
    return
  }
  if (shape.length === 1) {
    for await (const values of rows(name, 0, 1)) yield interleavedRows(values, 1, headDim)
    return
  }
  const step = headDim * Math.max(1, Math.floor(WINDOW_BYTES / (headDim * width * 4)))
  for (let from = 0; from < count; from += step) {
    const pieces: Float32Array[] = []
    for await (const values of rows(name, from, Math.min(step, count - from))) pieces.push(values)
    yield interleavedRows(joined(pieces, Float32Array), width, headDim)
  }
}

function metadata(source: ExportSource, kind: GgufKind, architecture: string): GgufMetadata {
  const { opened, facts, baseModel } = source
  const title = facts?.runName ?? opened.name
  return {
    'general.architecture': string(architecture),
    'general.type': string('model'),
    'general.name': string(title),
    ...(opened.license ? { 'general.license': string(opened.license) } : {}),
    ...(isHubId(baseModel)
      ? {
          'general.base_model.count': u32(1),
          'general.base_model.0.name': string(baseModel.split('/')[1]),
          'general.base_model.0.organization': string(baseModel.split('/')[0]),
        }
      : {}),
    ...modelMetadata(opened.config, architecture),
    'general.file_type': u32(GGUF_KINDS[kind].fileType),
    'general.quantization_version': u32(2),
    ...vocabularyMetadata(vocabularyOf(source)),
  }
}

function readme(source: ExportSource, settings: ExportSettings, kind: GgufKind, path: string): string {
  const names = runNames(source, settings)
  return modelReadme(source, {
    library: 'gguf',
    tags: ['gguf', 'llama.cpp'],
    stored: names.say('card.storedGguf', { path, bits: names.say(`card.bits.${kind}`) }),
    run: [
      ollama(names),
      llamaCppModel(path),
      lmStudio(names, path),
      vllmGguf(names, path),
      transformersGguf(names, path),
    ],
    words: settings.words,
  })
}
