import type { Gpu } from './device'

/** Choices between kernel variants that depend on the device, not on the model. */
export interface Tuning {
  /** Invocations that share a row in the row kernels (norms, softmax, loss head): 64 on GPUs, 1 where barriers are dear. */
  rowLanes: 1 | 64
}

export function defaultTuning(gpu: Pick<Gpu, 'isSoftware'>): Tuning {
  return { rowLanes: gpu.isSoftware ? 1 : 64 }
}
