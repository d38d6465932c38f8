/**
 * AdamW, by whose arithmetic the states are kept and updated, and whether they are paged from the host unless they fit
 * a small budget. 'bnb8' keeps tensors below bitsandbytes' limit in 32 bits, as 'bnb32' keeps all.
 */
export const OPTIMIZER_KINDS = {
  adamw: { states: 'torch', isPaged: false },
  adamw8bit: { states: 'bnb8', isPaged: false },
  paged_adamw8bit: { states: 'bnb8', isPaged: true },
  paged_adamw32bit: { states: 'bnb32', isPaged: true },
} as const

export type OptimizerKind = keyof typeof OPTIMIZER_KINDS
