import type { TuningReport } from '../../contracts/tuning'
import type { Gpu } from '../../gpu/device'
import type { MatmulVariantName } from '../../gpu/tuning'
import { searchTuning, tuningOf, verifyMatmul } from '../../ops/tuner'
import type { Platform } from './platform'

type Kept = Platform['tuning']

/** What a report holds for: the device as it names itself, its limits, and what it runs in. */
function deviceKey(gpu: Gpu, surroundings: string): string {
  const { limits, features } = gpu.device
  const { vendor, architecture, description } = gpu.info
  const own = [
    limits.maxComputeWorkgroupStorageSize,
    limits.maxStorageBufferBindingSize,
    [...features].sort().join(' '),
  ]
  return [vendor, architecture, description, ...own, surroundings].join(' | ')
}

/**
 * Give a fresh device the choices that were found for it before, or find them now; a software adapter keeps its
 * measured defaults, where a search would take longer than it saves. From now on each variant is verified before its
 * first use.
 */
export async function prepareDevice(gpu: Gpu, kept: Kept): Promise<TuningReport | null> {
  gpu.kernels.verifyVariant = (name) => verifyMatmul(gpu, name as MatmulVariantName)
  const report = await kept?.store.read(deviceKey(gpu, kept.surroundings)).catch(() => null)
  if (!report) return gpu.isSoftware || !kept ? null : tuneDevice(gpu, kept)
  gpu.kernels.retune(tuningOf(report))
  return report
}

/** Search, take over what was found, and keep it. */
export async function tuneDevice(gpu: Gpu, kept: Kept): Promise<TuningReport> {
  const report = await searchTuning(gpu, { key: deviceKey(gpu, kept?.surroundings ?? '') })
  gpu.kernels.retune(tuningOf(report))
  // Where it cannot be kept, the next visit searches again.
  await kept?.store.write(report).catch(() => {})
  return report
}
