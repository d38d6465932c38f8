import { parseModelConfig } from '../../architecture/config'
import { expectedTensors, parameterCount } from '../../architecture/tensors'
import type { ModelConfig } from '../../contracts/model'
import type { Gpu } from '../../gpu/device'
import { USABLE } from '../../model/training/memory-plan'
import { planUnloaded } from '../../model/training/plan-unloaded'
import type { RunFile } from '../../run-file/run-file'
import { shapeOf } from '../../train/windows'
import type { ModelFit, ModelOutline } from '../api/types'

/** A checkpoint in two bytes a weight becomes what its four-bit twin is already. */
const STORED = { dtype: 'bf16', loadIn4bit: true, doubleQuant: true } as const

/** A page has other things to do between two models. */
const breathe = () => new Promise<void>((resolve) => setTimeout(resolve))

/** What a run with these settings would take on each model, of which nothing is loaded; rows of up to `tokens`. */
export async function fitModels(
  gpu: Gpu,
  models: readonly ModelOutline[],
  run: RunFile,
  tokens: number,
): Promise<ModelFit[]> {
  const fits: ModelFit[] = []
  for (const model of models) {
    fits.push(fitModel(gpu, model, run, tokens))
    await breathe()
  }
  return fits
}

function fitModel(gpu: Gpu, outline: ModelOutline, run: RunFile, most: number): ModelFit {
  const config = parseModelConfig(JSON.stringify(outline.config))
  const tokens = Math.min(most, run.max_length, config.maxPositionEmbeddings)
  const shape = shapeOf(run.per_device_train_batch_size, tokens, run)
  const { peakBytes, recomputedLayers, largestBytes } = planUnloaded(gpu, config, STORED, run.lora, shape, true)
  const room = gpu.memory ? gpu.memory.bytes * USABLE : Infinity
  const isTooLarge = peakBytes > room || largestBytes > gpu.device.limits.maxStorageBufferBindingSize
  return {
    verdict: isTooLarge ? 'too-large' : recomputedLayers > 0 ? 'recompute' : 'fits',
    peakBytes,
    parameters: parameterCount(config),
    fetchBytes:
      bytesOnHub(config, (n) => n * 2) + (outline.hasHeadTwice ? config.vocabSize * config.hiddenSize * 2 : 0),
    fourBitBytes: bytesOnHub(config, bnbBytes),
  }
}

/** Bytes of the weights as they lie on the hub, floats in two bytes; headers, which are short, left out. */
function bytesOnHub(config: ModelConfig, linearBytes: (n: number) => number): number {
  return expectedTensors(config).reduce((sum, { shape, linear }) => {
    const n = shape.reduce((product, size) => product * size, 1)
    return sum + (linear === 'block' ? linearBytes(n) : n * 2)
  }, 0)
}

/** Two codes a byte, a byte for each 64 of them, a float for each 256 of those bytes, two tables and a note. */
const bnbBytes = (n: number): number => Math.ceil(n / 2 + n / 64 + n / 4096 + 4 * (16 + 256) + 100)
