import type { ProgressListener } from '../engine/types'
import { bnbPlan, bnbQuantizationConfig, bnbScaleBytes } from './bnb'
import type { WritableFolder } from './bytes'
import { expectedTensors } from './expected-tensors'
import { isFloatDtype, toFloat32 } from './floats'
import { mergedConfig, TORCH_NAMES } from './merged-config'
import type { OpenedModel } from './model-folder'
import { doubleQuantize, NF4_BLOCK, quantizeBlocks } from './nf4'
import { pythonJson } from './python-json'
import { elementBytes, SafetensorsWriter } from './safetensors'
import type { WeightSource } from './weights'

/** Elements quantised at a time; whole blocks. */
const WINDOW = NF4_BLOCK << 15

/**
 * Write a float model as a bitsandbytes NF4 checkpoint with double quantisation ("*-bnb-4bit") in one file: the seven
 * projections of each layer quantised, everything else as it is, as `load_in_4bit` does. transformers loads it with
 * bitsandbytes installed and quantises nothing again.
 */
export async function writeBnbCheckpoint(
  opened: OpenedModel,
  out: WritableFolder,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<{ path: string; bytes: number }[]> {
  const { weights, config, dtype } = opened
  const tensors = expectedTensors(config).map(({ name, shape }) => ({ name, shape, quantize: name.endsWith('_proj.weight') }))
  const plan = tensors.flatMap(({ name, shape, quantize }) => (quantize ? bnbPlan(name, shape) : [weights.tensors.get(name)!]))
  const total = tensors.reduce((sum, { name }) => sum + weights.tensors.get(name)!.bytes, 0)
  let done = 0
  const progress = (item: string, bytes: number) => {
    signal?.throwIfAborted()
    done += bytes
    on?.({ phase: 'quantize', item, done, total, unit: 'bytes' })
  }

  const writer = await SafetensorsWriter.create(await out.create('model.safetensors'), plan)
  try {
    for (const { name, shape, quantize } of tensors) {
      if (!quantize) {
        for await (const bytes of pieces(weights, name)) {
          await writer.write(bytes)
          progress(name, bytes.length)
        }
        continue
      }
      const scales: Float32Array[] = []
      for await (const bytes of pieces(weights, name)) {
        const stored = weights.tensors.get(name)!.dtype
        if (!isFloatDtype(stored)) throw new Error(`${name} is stored as ${stored}`)
        const { codes, absmax } = quantizeBlocks(toFloat32(bytes, stored))
        scales.push(absmax)
        await writer.write(codes)
        progress(name, bytes.length)
      }
      for (const part of bnbScaleBytes(shape, TORCH_NAMES[dtype], doubleQuantize(joined(scales)))) await writer.write(part)
    }
    await writer.close()
  } catch (error) {
    await writer.abort()
    throw error
  }

  const written = [{ path: 'model.safetensors', bytes: writer.written }]
  for (const [path, text] of Object.entries(textFiles(opened))) {
    const bytes = new TextEncoder().encode(text)
    const sink = await out.create(path)
    await sink.write(bytes)
    await sink.close()
    written.push({ path, bytes: bytes.length })
  }
  return written
}

/** A tensor's bytes in windows of whole blocks. */
async function* pieces(weights: WeightSource, name: string): AsyncGenerator<Uint8Array> {
  const { dtype, bytes } = weights.tensors.get(name)!
  const step = WINDOW * elementBytes(dtype)
  for (let offset = 0; offset < bytes; offset += step) yield weights.read(name, offset, Math.min(step, bytes - offset))
}

function joined(parts: Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

function textFiles({ config, dtype, files, chatTemplate }: OpenedModel): Record<string, string> {
  const { 'chat_template.json': _, ...kept } = files
  const quantization_config = bnbQuantizationConfig({ doubleQuant: true, computeDtype: TORCH_NAMES[dtype], skipModules: ['lm_head'] })
  return {
    'config.json': pythonJson({ ...mergedConfig(config, dtype), quantization_config }),
    ...kept,
    'chat_template.jinja': chatTemplate,
  }
}
