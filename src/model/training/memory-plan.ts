import type { Gpu } from '../../gpu/device'
import { paramBytes } from '../../gpu/replay'
import { bufferBytes } from '../../gpu/tensor'
import { adapterLayout } from '../adapter-store'
import type { PassModel } from '../passes/graphs'
import type { MemoryPlan, TrainingShape } from '../language-model'
import { optimizerLayout } from './optimizer-layout'
import { inputBytes } from '../passes/pass-inputs'
import { trainerBytes } from './trainer'
import { ghostGraph, measurePass } from './training-graph'
import type { ModelWeights } from '../weights'
import type { MemoryItem } from '../../contracts/memory'
import type { LoraConfig } from '../../contracts/lora'

export interface PlannedRun {
  weights: ModelWeights
  /** Of the tables of angles, with the one that a run of this length adds. */
  ropeBytes: number
  /** May hold ghosts. */
  pass: Omit<PassModel, 'adapter'>
  lora: LoraConfig
  shape: TrainingShape
  /** Compute all layers again or none: a verdict soon, where nothing will be allocated. */
  isRough?: boolean
}

/**
 * What a run of this shape takes, bytes by kind, and how many layers it must recompute: exactly what model and trainer
 * then allocate. Allocates nothing.
 */
export function planMemory(gpu: Gpu, { weights, ropeBytes, pass, lora, shape, isRough }: PlannedRun): MemoryPlan {
  const { tuning } = gpu.kernels
  const M = shape.batch * shape.tokens
  const capacity = { B: shape.batch, T: shape.tokens, rows: M }
  const host = weights.hostEmbedding !== null
  const measure = (recomputed: number): ReturnType<typeof measurePass> =>
    measurePass(gpu, ghostGraph(pass, lora, M, host, recomputed), capacity)
  const layout = adapterLayout(pass.config, lora)
  const adapterBytes = layout.pages.reduce((sum, n) => sum + bufferBytes(n * 4), 0)
  const optimizerBytes = optimizerLayout(layout, shape.optimizer, {
    budgetBytes: shape.optimizerBudgetBytes,
    pagedBytes: tuning.pagedStateBytes,
  }).gpuBytes
  const hostBytes = inputBytes(capacity, pass.config, host) + trainerBytes(M, shape)
  const fixedBytes = 2 * adapterBytes + optimizerBytes + hostBytes
  const budget = shape.budgetBytes ?? budgetBeside(gpu, weights.nf4Bytes + weights.otherBytes + weights.headBytes)
  // The fewest recomputed layers that fit; if even full recompute does not, that is the plan and the device decides.
  let low = 0
  let high = pass.config.layers
  if (measure(0).bytes + fixedBytes <= budget) high = 0
  else if (isRough) low = high
  while (low < high) {
    const middle = (low + high) >> 1
    if (measure(middle).bytes + fixedBytes <= budget) high = middle
    else low = middle + 1
  }
  const { byKind, dispatches, largestBytes } = measure(low)
  const memory: MemoryItem[] = [
    { kind: 'base', bytes: weights.nf4Bytes + weights.otherBytes + ropeBytes },
    { kind: 'head', bytes: weights.headBytes },
    { kind: 'adapter', bytes: adapterBytes },
    { kind: 'gradients', bytes: adapterBytes },
    { kind: 'optimizer', bytes: optimizerBytes },
    ...[...byKind].map(([kind, bytes]) => ({ kind, bytes })),
    { kind: 'inputs', bytes: hostBytes + paramBytes(dispatches) },
  ]
  return {
    memory,
    peakBytes: memory.reduce((sum, item) => sum + item.bytes, 0),
    recomputedLayers: low,
    largestBytes,
    adapterParameters: layout.parameters,
  }
}

/**
 * Bytes for activations and training state beside so many of weights. The person knows what the GPU has; a guess only
 * ever makes it less than what any GPU spares.
 */
function budgetBeside({ memory, kernels }: Gpu, weightBytes: number): number {
  if (!memory) return kernels.tuning.budgetBytes
  const left = memory.bytes * USABLE - weightBytes
  return memory.isStated ? left : Math.min(kernels.tuning.budgetBytes, left)
}

/** Of a GPU's memory: the rest shows the page and belongs to others. */
export const USABLE = 0.9
