import { HEAD_MODULE } from '../../architecture/names'
import type { ExportSettings } from '../../contracts/exports'
import { fail } from '../../errors/index'
import { bnbHeaders, bnbQuantizationConfig, bnbScaleBytes } from '../../formats/bnb'
import { intoFile, writeTexts } from '../../formats/into-file'
import { joined } from '../../formats/joined'
import { doubleQuantize, quantizeBlocks } from '../../formats/nf4'
import { pythonJson } from '../../formats/python-json'
import { SafetensorsWriter, tensorBytes } from '../../formats/safetensors'
import { cutAtBlocks } from '../../formats/source-rows'
import type { OpenedModel } from '../../model/opening/open-model'
import { templateFile } from '../../model/opening/open-model'
import { byteProgress } from '../byte-progress'
import { transformersModel, vllmModel } from '../cards/clients'
import { modelReadme } from '../cards/model-readme'
import type { Exporter, ExportSource } from '../exporter'
import { mergedConfig, mergedGenerationConfig, TORCH_NAMES } from '../merging/merged-config'
import { mergedModel, mergedModelBytes } from '../merging/merge'
import { runNames } from '../names'
import { mergeParts } from './safetensors'

const WEIGHTS = 'model.safetensors'

/**
 * A bitsandbytes NF4 checkpoint ("*-bnb-4bit") in one file: the seven projections of each layer quantised, everything
 * else as it is, as `load_in_4bit` and `save_pretrained` would write the merged folder. transformers loads it with
 * bitsandbytes installed and quantises nothing again. Throws 'model-already-nf4' where nothing would change.
 */
export const bnb4bit: Exporter = {
  kind: 'bnb-4bit',
  takes: 'model',
  isModelFolder: true,
  check: () => {},
  bytes: (opened) => plan(opened, {}).headers.reduce((sum, header) => sum + tensorBytes(header), 0),
  async write(source, settings, out, on, signal) {
    const { opened, adapter } = source
    if (opened.config.quantization && !adapter) throw fail('model-already-nf4', { folder: opened.name })
    const { tensors, headers } = plan(opened, settings)
    const model = mergedModel(opened, mergeParts(source))
    const told = byteProgress(mergedModelBytes(opened), on)

    const written = await intoFile(out, WEIGHTS, async (sink) => {
      const writer = await SafetensorsWriter.create(sink, headers)
      for (const { name, shape, dtype, quantize } of tensors) {
        if (!quantize) {
          for await (const bytes of model.bytes(name)) {
            signal?.throwIfAborted()
            await writer.write(bytes)
            told('quantize', name, bytes.length)
          }
          continue
        }
        const scales: Float32Array[] = []
        const size = tensorBytes({ dtype, shape: [1] })
        for await (const values of cutAtBlocks(model.rows(name, 0, shape[0]))) {
          signal?.throwIfAborted()
          const { codes, absmax } = quantizeBlocks(values)
          scales.push(absmax)
          await writer.write(codes)
          told('quantize', name, values.length * size)
        }
        const absmax = joined(scales, Float32Array)
        const stored = isNested(settings) ? doubleQuantize(absmax) : absmax
        for (const part of bnbScaleBytes(shape, TORCH_NAMES[opened.dtype], stored)) await writer.write(part)
      }
      await writer.close()
      return { path: WEIGHTS, bytes: writer.written }
    })
    return [written, ...(await writeTexts(out, textFiles(source, settings)))]
  },
}

const isNested = ({ doubleQuant }: ExportSettings) => doubleQuant ?? true

function plan(opened: OpenedModel, settings: ExportSettings) {
  const skip = settings.skipModules ?? []
  const tensors = mergedModel(opened, { pairs: [], scale: 1 }).tensors.map((tensor) => ({
    ...tensor,
    quantize: tensor.isLinear && !skip.some((pattern) => skips(pattern, tensor.name.slice(0, -'.weight'.length))),
  }))
  const headers = tensors.flatMap(({ name, shape, dtype, quantize }) =>
    quantize ? bnbHeaders(name, shape, isNested(settings)) : [{ name, shape, dtype }],
  )
  return { tensors, headers }
}

/**
 * Whether an entry of `llm_int8_skip_modules` means the module of this path, exactly as transformers decides when it
 * loads what is written here (`should_convert_module`): the path ends with the entry, or the entry, a regular
 * expression, matches from the start up to the end of a part.
 */
export function skips(pattern: string, path: string): boolean {
  return path.endsWith(pattern) || new RegExp(`^(?:${pattern})(?:(?<=\\.)|(?=\\.|$))`).test(path)
}

function textFiles(source: ExportSource, settings: ExportSettings): Record<string, string> {
  const { opened, tokenizer, adapter } = source
  const { config, dtype } = opened
  const { 'chat_template.json': _, ...kept } = opened.files
  const quantization_config = bnbQuantizationConfig({
    doubleQuant: isNested(settings),
    computeDtype: settings.computeDtype ?? TORCH_NAMES[dtype],
    skipModules: [...new Set([HEAD_MODULE, ...(settings.skipModules ?? [])])],
  })
  const names = runNames(source, settings)
  const generation = mergedGenerationConfig(opened.generationConfig, config, tokenizer.stopIds)
  return {
    'config.json': pythonJson({ ...mergedConfig(config, dtype), quantization_config }),
    ...kept,
    ...templateFile(opened),
    // Of the model as it is, generation stays what it was; an adapter may have been taught where to stop.
    ...(adapter ? { 'generation_config.json': pythonJson(generation) } : {}),
    'README.md': modelReadme(source, {
      library: 'transformers',
      tags: ['4-bit', 'bitsandbytes'],
      stored: names.say('card.stored4bit'),
      run: [transformersModel(), vllmModel(names)],
      words: settings.words,
    }),
  }
}
