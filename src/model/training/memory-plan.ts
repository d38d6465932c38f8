import type { KernelCache } from '../../gpu/kernel'
import { adapterLayout } from '../adapter-store'
import type { PassModel } from '../passes/graphs'
import type { MemoryPlan, TrainingShape } from '../language-model'
import { optimizerLayout } from './optimizer-layout'
import { ghostGraph, measurePass } from './training-graph'
import type { ModelWeights } from '../weights'
import type { MemoryItem } from '../../contracts/memory'
import type { LoraConfig } from '../../contracts/lora'

/** Memory for activations where nobody states a budget: what a small laptop GPU can spare. */
const DEFAULT_BUDGET_BYTES = 2 * 2 ** 30

/**
 * What a run of this shape takes, bytes by kind, and how many layers it must recompute. Allocates nothing; `pass` may
 * hold ghosts.
 */
export function planMemory(
  kernels: KernelCache,
  weights: ModelWeights,
  pass: Omit<PassModel, 'adapter'>,
  lora: LoraConfig,
  shape: TrainingShape,
): MemoryPlan {
  const M = shape.batch * shape.tokens
  const capacity = { B: shape.batch, T: shape.tokens, rows: M }
  const host = weights.hostEmbedding !== null
  const measure = (recomputed: number): ReturnType<typeof measurePass> =>
    measurePass(kernels, ghostGraph(pass, lora, M, host, recomputed), capacity)
  const layout = adapterLayout(pass.config, lora)
  const adapterBytes = layout.pages.reduce((sum, n) => sum + n * 4, 0)
  const optimizerBytes = optimizerLayout(layout, shape.optimizer, shape.optimizerBudgetBytes).gpuBytes
  const inputBytes = M * 4 * (8 + (host ? pass.config.hiddenSize : 0))
  const fixedBytes = 2 * adapterBytes + optimizerBytes + inputBytes
  const budget = shape.budgetBytes ?? DEFAULT_BUDGET_BYTES
  // The fewest recomputed layers that fit; if even full recompute does not, that is the plan and the device decides.
  let low = 0
  let high = pass.config.layers
  if (measure(0).bytes + fixedBytes <= budget) high = 0
  while (low < high) {
    const middle = (low + high) >> 1
    if (measure(middle).bytes + fixedBytes <= budget) high = middle
    else low = middle + 1
  }
  const { byKind, dispatches } = measure(low)
  const memory: MemoryItem[] = [
    { kind: 'base', bytes: weights.nf4Bytes + weights.otherBytes },
    { kind: 'head', bytes: weights.headBytes },
    { kind: 'adapter', bytes: adapterBytes },
    { kind: 'gradients', bytes: adapterBytes },
    { kind: 'optimizer', bytes: optimizerBytes },
    ...[...byKind].map(([kind, bytes]) => ({ kind, bytes })),
    { kind: 'inputs', bytes: inputBytes + dispatches * 256 },
  ]
  return {
    memory,
    peakBytes: memory.reduce((sum, item) => sum + item.bytes, 0),
    recomputedLayers: low,
    adapterParameters: layout.parameters,
  }
}
