import type { OptimizerKind } from '../model/types'
import type { OptimName } from './run-file'

/** Hugging Face's optimiser names that mean the same arithmetic here. Paged 32-bit AdamW differs from AdamW only in where its states lie. */
const kinds: Record<OptimName, OptimizerKind> = {
  adamw_torch: 'adamw',
  adamw_torch_fused: 'adamw',
  paged_adamw_32bit: 'adamw',
  adamw_8bit: 'adamw8bit',
  adamw_bnb_8bit: 'adamw8bit',
  paged_adamw_8bit: 'paged_adamw8bit',
}

export const optimizerKind = (optim: OptimName): OptimizerKind => kinds[optim]
