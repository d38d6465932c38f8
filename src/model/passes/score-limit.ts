import type { Gpu } from '../../gpu/device'

/** Most bytes of attention scores at once: what the device's table says, and never more than one binding may hold. */
export const scoreLimit = (gpu: Gpu): number =>
  Math.min(gpu.kernels.tuning.scoreBytes, gpu.device.limits.maxStorageBufferBindingSize)
