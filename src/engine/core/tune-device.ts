import type { TuningReport } from '../../contracts/tuning'
import type { Gpu } from '../../gpu/device'
import type { MatmulVariantName, Nf4VariantName } from '../../gpu/tuning'
import { nf4VariantName } from '../../ops/matmul-nf4'
import { searchTuning, tuningOf, verifyVariant } from '../../ops/tuner'
import type { Platform } from './platform'

type Kept = Platform['tuning']

/** What is searched; reports of another are not read. */
const SEARCH = 'products, NF4 in tiles'

/** What a report holds for: the device as it names itself, its limits, and what it runs in. */
function deviceKey(gpu: Gpu, surroundings: string): string {
  const { limits, features } = gpu.device
  const { vendor, architecture, description } = gpu.info
  const own = [
    limits.maxComputeWorkgroupStorageSize,
    limits.maxStorageBufferBindingSize,
    [...features].sort().join(' '),
  ]
  return [vendor, architecture, description, ...own, surroundings, SEARCH].join(' | ')
}

/**
 * Give a fresh device the choices that were found for it before, or find them now; a software adapter keeps its
 * measured defaults, where a search would take longer than it saves. From now on each variant is verified before its
 * first use.
 */
export async function prepareDevice(gpu: Gpu, kept: Kept): Promise<TuningReport | null> {
  gpu.kernels.verifyVariant = (name) => verifyVariant(gpu, name as MatmulVariantName | Nf4VariantName)
  const report = await kept?.store.read(deviceKey(gpu, kept.surroundings)).catch(() => null)
  if (!report && kept && !gpu.isSoftware) return tuneDevice(gpu, kept)
  if (report) gpu.kernels.retune(tuningOf(report, gpu.kernels.tuning))
  await verifyTiles(gpu)
  return report ?? null
}

/** Whether weights are decoded in tiles decides about memory, which is planned before anything is used. */
async function verifyTiles({ kernels }: Gpu): Promise<void> {
  const { forward, backward } = kernels.tuning.nf4InTile
  await kernels.refuses([forward, backward].flatMap((tile) => (tile ? [nf4VariantName(tile)] : [])))
}

/** Search, take over what was found, and keep it. */
export async function tuneDevice(gpu: Gpu, kept: Kept): Promise<TuningReport> {
  const report = await searchTuning(gpu, { key: deviceKey(gpu, kept?.surroundings ?? '') })
  gpu.kernels.retune(tuningOf(report, gpu.kernels.tuning))
  await verifyTiles(gpu)
  // Where it cannot be kept, the next visit searches again.
  await kept?.store.write(report).catch(() => {})
  return report
}
