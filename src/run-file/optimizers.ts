import type { OptimizerKind } from '../contracts/optimizer'

/** Hugging Face's names of optimisers, and which arithmetic each means. */
const KINDS = {
  adamw_torch: 'adamw',
  adamw_torch_fused: 'adamw',
  adamw_8bit: 'adamw8bit',
  adamw_bnb_8bit: 'adamw8bit',
  paged_adamw_8bit: 'paged_adamw8bit',
} as const satisfies Record<string, OptimizerKind>

export type OptimName = keyof typeof KINDS
export const OPTIMIZERS = Object.keys(KINDS) as OptimName[]

export const optimizerKind = (optim: OptimName): OptimizerKind => KINDS[optim]

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
