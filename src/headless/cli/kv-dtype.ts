import type { CacheType } from '../../contracts/answers'
import type { Engine } from '../../engine/api/types'
import { fail } from '../../errors'
import type { CommandContext } from './command'

/**
 * What `--kv-dtype` says.
 * @throws TuneError model-no-f16-cache where the GPU lacks it, before anything is asked
 */
export async function kvDtype({ options }: CommandContext, engine: Engine): Promise<CacheType> {
  const type = (options['kv-dtype'] as CacheType | undefined) ?? 'f32'
  if (type === 'f16' && !(await engine.gpu()).features.includes('shader-f16')) throw fail('model-no-f16-cache', {})
  return type
}
