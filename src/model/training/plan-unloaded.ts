import { activationOf, passOf, ropePositions } from '../passes/pass-of'
import type { ModelConfig } from '../../contracts/model'
import type { LoraConfig } from '../../contracts/lora'
import type { Gpu } from '../../gpu/device'
import { bufferBytes } from '../../gpu/tensor'
import type { MemoryPlan, TrainingShape } from '../language-model'
import { ghostWeights, type GhostOptions } from '../loading/ghost-weights'
import { planMemory } from './memory-plan'
import { ghost } from './training-graph'

/** The plan of a model of which nothing was loaded: unless it is rough, what `LanguageModel.planMemory` will say. */
export function planUnloaded(
  gpu: Gpu,
  config: ModelConfig,
  stored: GhostOptions,
  lora: LoraConfig,
  shape: TrainingShape,
  isRough = false,
): MemoryPlan {
  const weights = ghostWeights(gpu, config, stored)
  const { batch: B, tokens: T } = shape
  const rope = ghost('rope table', [T])
  return planMemory(gpu, {
    weights,
    ropeBytes: bufferBytes(ropePositions(T) * config.headDim * 4),
    pass: passOf(gpu, { config, weights, rope }, { B, T }, activationOf(gpu, shape.computeDtype)),
    lora,
    shape,
    isRough,
  })
}
