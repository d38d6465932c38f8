import type { Gpu } from '../../gpu/device'
import type { TuningReport } from '../../contracts/tuning'
import type { GpuSummary } from '../api/types'

export function gpuSummary(gpu: Gpu, tuning: TuningReport | null): GpuSummary {
  const { limits, features } = gpu.device
  return {
    ...gpu.info,
    isSoftware: gpu.isSoftware,
    features: [...features].sort(),
    maxBufferBytes: limits.maxBufferSize,
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
    tuning,
    refused: [...gpu.kernels.tuning.refused],
  }
}
