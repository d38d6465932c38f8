import type { Gpu } from '../../gpu/device'
import type { GpuSummary } from '../api/types'

export function gpuSummary(gpu: Gpu): GpuSummary {
  const { limits, features } = gpu.device
  return {
    ...gpu.info,
    isSoftware: gpu.isSoftware,
    features: [...features].sort(),
    maxBufferBytes: limits.maxBufferSize,
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
  }
}
