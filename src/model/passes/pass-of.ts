import type { Gpu } from '../../gpu/device'
import type { Tensor } from '../../gpu/tensor'
import { chooseChunking } from '../../ops/attention'
import { slabElements } from '../../ops/linear'
import type { ModelConfig } from '../../contracts/model'
import type { ModelWeights } from '../weights'
import type { PassModel } from './graphs'
import { scoreLimit } from './score-limit'

/** What of a model the passes over [B, T] tokens need, adapter aside. The tensors may be ghosts. */
export function passOf(
  gpu: Gpu,
  model: { config: ModelConfig; weights: ModelWeights; rope: Tensor },
  { B, T }: { B: number; T: number },
  activation: 'f32' | 'f16',
): Omit<PassModel, 'adapter'> {
  return {
    ...model,
    slabElements: slabOf(gpu, model.weights),
    chunking: chooseChunking({ B, Tq: T, Tk: T, H: model.config.heads }, scoreLimit(gpu)),
    activation,
  }
}

const slabOf = (gpu: Gpu, weights: ModelWeights): number =>
  slabElements(
    weights.layers.flatMap((layer) => Object.values(layer.linears).map(({ weight }) => weight)),
    gpu.kernels.tuning.slabElements,
  )

/** Positions of a table of angles that holds T. */
export function ropePositions(T: number): number {
  return Math.max(1024, 2 ** Math.ceil(Math.log2(T)))
}

/** f16 only where it is asked for and the device has it. */
export function activationOf(gpu: Gpu, computeDtype: 'float32' | 'float16' | undefined): 'f32' | 'f16' {
  return computeDtype === 'float16' && gpu.features.f16 ? 'f16' : 'f32'
}
