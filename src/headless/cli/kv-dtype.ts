import type { CacheType } from '../../contracts/answers'
import type { GpuSummary } from '../../engine/api/types'
import { fail } from '../../errors'
import type { CommandContext } from './command'

/** What `--kv-dtype` says. */
export const kvDtype = ({ options }: Pick<CommandContext, 'options'>): CacheType =>
  (options['kv-dtype'] as CacheType | undefined) ?? 'f32'

/** @throws TuneError model-no-f16-cache where `--kv-dtype` wants what this GPU lacks */
export function refuseLacking(context: Pick<CommandContext, 'options'>, gpu: Pick<GpuSummary, 'features'>): void {
  if (kvDtype(context) === 'f16' && !gpu.features.includes('shader-f16')) throw fail('model-no-f16-cache', {})
}
