import { fail } from '../errors/index'
import { bnbHeaders, bnbQuantizationConfig, bnbScaleBytes } from '../formats/bnb'
import type { WritableFolder } from '../contracts/bytes'
import { HEAD_MODULE } from '../architecture/names'
import { expectedTensors } from '../architecture/tensors'
import { joined } from '../formats/joined'
import { mergedConfig, TORCH_NAMES } from './merged-config'
import type { OpenedModel } from '../model/opening/open-model'
import { templateFile } from '../model/opening/open-model'
import { doubleQuantize, quantizeBlocks } from '../formats/nf4'
import { pythonJson } from '../formats/python-json'
import { SafetensorsWriter } from '../formats/safetensors'
import { wholeBlocks } from '../formats/source-rows'
import type { ProgressListener } from '../contracts/progress'

/** Bytes copied at a time. */
const COPY_BYTES = 8 << 20

export interface BnbOptions {
  /** false: an f32 scale for every block of 64. */
  doubleQuant: boolean
  /** Projections that stay as they are, besides the head: `llm_int8_skip_modules`, compared as {@link skips} says. */
  skipModules?: string[]
  /** `bnb_4bit_compute_dtype`; absent: the source's own type. */
  computeDtype?: string
}

/**
 * Write a float model as a bitsandbytes NF4 checkpoint ("*-bnb-4bit") in one file: the seven projections of each layer
 * quantised, everything else as it is, as `load_in_4bit` does. transformers loads it with bitsandbytes installed and
 * quantises nothing again. Throws 'model-already-nf4'.
 */
export async function writeBnbCheckpoint(
  opened: OpenedModel,
  options: BnbOptions,
  out: WritableFolder,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<{ path: string; bytes: number }[]> {
  const { weights, config, dtype } = opened
  if (config.quantization) throw fail('model-already-nf4', { folder: opened.name })
  const skip = options.skipModules ?? []
  const tensors = expectedTensors(config).map(({ name, shape, linear }) => {
    const quantize = linear === 'block' && !skip.some((pattern) => skips(pattern, name.slice(0, -'.weight'.length)))
    return { name, shape, quantize, stored: weights.tensors.get(name)! }
  })
  const plan = tensors.flatMap(({ name, shape, quantize, stored }) =>
    quantize ? bnbHeaders(name, shape, options.doubleQuant) : [stored],
  )
  const total = tensors.reduce((sum, { stored }) => sum + stored.bytes, 0)
  let done = 0
  const progress = (item: string, bytes: number) => {
    signal?.throwIfAborted()
    done += bytes
    on?.({ phase: 'quantize', item, done, total, unit: 'bytes' })
  }

  const writer = await SafetensorsWriter.create(await out.create('model.safetensors'), plan)
  try {
    for (const { name, shape, quantize, stored } of tensors) {
      if (!quantize) {
        for (let offset = 0; offset < stored.bytes; offset += COPY_BYTES) {
          const bytes = await weights.read(name, offset, Math.min(COPY_BYTES, stored.bytes - offset))
          await writer.write(bytes)
          progress(name, bytes.length)
        }
        continue
      }
      const scales: Float32Array[] = []
      for await (const { values, bytes } of wholeBlocks(weights, name)) {
        const { codes, absmax } = quantizeBlocks(values)
        scales.push(absmax)
        await writer.write(codes)
        progress(name, bytes)
      }
      const absmax = joined(scales, Float32Array)
      const parts = bnbScaleBytes(shape, TORCH_NAMES[dtype], options.doubleQuant ? doubleQuantize(absmax) : absmax)
      for (const part of parts) await writer.write(part)
    }
    await writer.close()
  } catch (error) {
    await writer.abort()
    throw error
  }

  const written = [{ path: 'model.safetensors', bytes: writer.written }]
  for (const [path, text] of Object.entries(textFiles(opened, options))) {
    const bytes = new TextEncoder().encode(text)
    const sink = await out.create(path)
    await sink.write(bytes)
    await sink.close()
    written.push({ path, bytes: bytes.length })
  }
  return written
}

/**
 * Whether an entry of `llm_int8_skip_modules` means the module of this path, exactly as transformers decides when it
 * loads what is written here (`should_convert_module`): the path ends with the entry, or the entry, a regular
 * expression, matches from the start up to the end of a part.
 */
export function skips(pattern: string, path: string): boolean {
  return path.endsWith(pattern) || new RegExp(`^(?:${pattern})(?:(?<=\\.)|(?=\\.|$))`).test(path)
}

function textFiles(opened: OpenedModel, options: BnbOptions): Record<string, string> {
  const { config, dtype } = opened
  const { 'chat_template.json': _, ...kept } = opened.files
  const quantization_config = bnbQuantizationConfig({
    doubleQuant: options.doubleQuant,
    computeDtype: options.computeDtype ?? TORCH_NAMES[dtype],
    skipModules: [...new Set([HEAD_MODULE, ...(options.skipModules ?? [])])],
  })
  return {
    'config.json': pythonJson({ ...mergedConfig(config, dtype), quantization_config }),
    ...kept,
    ...templateFile(opened),
  }
}
