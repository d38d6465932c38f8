import { blockEntry, OPTIMIZER_BLOCK, RECORD_WORDS, type AdamwFormula } from '../../ops/adamw'
import type { AdapterLayout } from '../adapter-store'
import { MAP_WORDS } from './optimizer-maps'
import type { OptimizerKind } from '../../contracts/optimizer'

/** bitsandbytes' `min_8bit_size`: smaller tensors keep states of 32 bits. */
const MIN_8BIT_ELEMENTS = 4096

/** GPU memory for the states of a paged optimiser where nobody states a budget. */
const PAGED_BUDGET_BYTES = 32 * 2 ** 20

/** Two windows on the GPU and two staging buffers on their way back, all of one size. */
export const WINDOWS = 2

/** The blocks of one adapter page whose states are alike. */
export interface OptimizerPart {
  /** `state.0.bnb8`: the name in a saved state. */
  name: string
  page: number
  formula: AdamwFormula
  /** One entry a block, see blockEntry. Blocks follow the tensors, not the page. */
  blocks: Uint32Array<ArrayBuffer>
  recordBytes: number
}

export interface OptimizerLayout {
  parts: OptimizerPart[]
  /** All states together. */
  stateBytes: number
  /** Bytes of one window when the states are paged, else null: they stay on the GPU. */
  windowBytes: number | null
  /** What the optimiser holds on the GPU: states or windows, and its tables. */
  gpuBytes: number
}

/**
 * Which states the parameters get and where they live. 8-bit states are per block of 256 elements of a tensor, as in
 * bitsandbytes. A budget below the states' size pages them whatever the kind; a paged kind has a budget by default.
 * bitsandbytes pages only tensors of 1e5 elements and more; here all states of a run are paged or none, since the
 * window takes blocks of any tensor.
 */
export function optimizerLayout(adapter: AdapterLayout, kind: OptimizerKind, budgetBytes?: number): OptimizerLayout {
  const parts: OptimizerPart[] = []
  for (const [page] of adapter.pages.entries()) {
    const lists = new Map<AdamwFormula, number[]>()
    for (const slot of adapter.slots) {
      if (slot.page !== page) continue
      const formula = kind === 'adamw' ? 'torch' : slot.length < MIN_8BIT_ELEMENTS ? 'bnb32' : 'bnb8'
      const list = lists.get(formula) ?? []
      for (let at = 0; at < slot.length; at += OPTIMIZER_BLOCK) {
        list.push(blockEntry(slot.offset + at, Math.min(OPTIMIZER_BLOCK, slot.length - at)))
      }
      lists.set(formula, list)
    }
    for (const [formula, list] of lists) {
      const name = `state.${page}.${formula}`
      parts.push({ name, page, formula, blocks: Uint32Array.from(list), recordBytes: RECORD_WORDS[formula] * 4 })
    }
  }
  const stateBytes = parts.reduce((sum, part) => sum + partBytes(part), 0)
  const tableBytes = MAP_WORDS * 4 + parts.reduce((sum, part) => sum + Math.max(16, part.blocks.byteLength), 0)
  const budget = budgetBytes ?? (kind === 'paged_adamw8bit' ? PAGED_BUDGET_BYTES : Infinity)
  if (stateBytes <= budget) return { parts, stateBytes, windowBytes: null, gpuBytes: stateBytes + tableBytes }
  const largest = Math.max(...parts.map((part) => part.recordBytes))
  const windowBytes = Math.max(largest, Math.floor(budget / (2 * WINDOWS) / 16) * 16)
  return { parts, stateBytes, windowBytes, gpuBytes: 2 * WINDOWS * windowBytes + tableBytes }
}

export function partBytes(part: OptimizerPart): number {
  return part.blocks.length * part.recordBytes
}
