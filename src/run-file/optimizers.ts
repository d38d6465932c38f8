import type { OptimizerKind } from '../contracts/optimizer'

/** Hugging Face's names of optimisers, and which arithmetic each means. */
const KINDS = {
  adamw_torch: 'adamw',
  adamw_torch_fused: 'adamw',
  adamw_8bit: 'adamw8bit',
  adamw_bnb_8bit: 'adamw8bit',
  paged_adamw_8bit: 'paged_adamw8bit',
  paged_adamw_32bit: 'paged_adamw32bit',
} as const satisfies Record<string, OptimizerKind>

export type OptimName = keyof typeof KINDS
export const OPTIMIZERS = Object.keys(KINDS) as OptimName[]

export const optimizerKind = (optim: OptimName): OptimizerKind => KINDS[optim]

/** Names of torch's AdamW on other machines, or in other trainers. */
const OTHER_NAMES: Record<string, OptimName> = {
  adamw: 'adamw_torch',
  adamw_torch_xla: 'adamw_torch',
  adamw_torch_npu_fused: 'adamw_torch',
  adamw_apex_fused: 'adamw_torch',
  paged_adamw: 'paged_adamw_32bit',
}
/** transformers' own AdamW, which version 5 no longer has: it took eps before the second moment was corrected. */
const RETIRED: Record<string, OptimName> = { adamw_hf: 'adamw_torch' }

/** The optimiser that a name means; `instead` where it is not quite the same. undefined: none that is here. */
export function optimizerNamed(name: unknown): { optim: OptimName; instead: boolean } | undefined {
  if (typeof name !== 'string') return undefined
  if (Object.hasOwn(KINDS, name)) return { optim: name as OptimName, instead: false }
  if (Object.hasOwn(OTHER_NAMES, name)) return { optim: OTHER_NAMES[name], instead: false }
  return Object.hasOwn(RETIRED, name) ? { optim: RETIRED[name], instead: true } : undefined
}

const BUDGET = /^\s*state_budget_bytes\s*=\s*([1-9]\d*)\s*$/

/**
 * GPU memory that the states may take, from `optim_args`; undefined: the optimiser's own default. transformers hands
 * these arguments on to few optimisers and ignores them for AdamW, so that a run file with a budget stays one that trl
 * takes.
 */
export function stateBudgetBytes(args: string): number | undefined {
  return args === '' ? undefined : Number(BUDGET.exec(args)?.[1])
}

/** Whether the arguments are none, or the one that is understood. */
export const knowsOptimArgs = (args: unknown): args is string =>
  args === '' || (typeof args === 'string' && BUDGET.test(args))
