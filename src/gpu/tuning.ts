import type { Gpu } from './device'

/** Choices between kernel variants that depend on the device, not on the model. */
export interface Tuning {
  /**
   * Invocations that share a row in the row kernels (norms, softmax, loss head): 64 on GPUs, 1 where barriers are dear.
   */
  rowLanes: 1 | 64
  /** Invocations a workgroup of those kernels. */
  rowGroup: number
  /** Largest register tile of the matmul, where there is work enough for it; and the least output that gets it. */
  matmulTile: [number, number]
  matmulTileFrom: number
}

export function defaultTuning(gpu: Pick<Gpu, 'isSoftware'>): Tuning {
  return gpu.isSoftware
    ? { rowLanes: 1, rowGroup: 8, matmulTile: [8, 8], matmulTileFrom: 64 }
    : { rowLanes: 64, rowGroup: 64, matmulTile: [8, 4], matmulTileFrom: 131_072 }
}
