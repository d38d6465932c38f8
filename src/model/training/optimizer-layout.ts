import { paramBytes } from '../../gpu/replay'
import { bufferBytes } from '../../gpu/tensor'
import { blockEntry, HYPER, OPTIMIZER_BLOCK, partialWords, RECORD_WORDS, type AdamwFormula } from '../../ops/adamw'
import type { AdapterLayout, ParameterSlot } from '../adapter-store'
import { MAP_WORDS } from './optimizer-maps'
import { OPTIMIZER_KINDS, type OptimizerKind } from '../../contracts/optimizer'

/** bitsandbytes' `min_8bit_size`: smaller tensors keep states of 32 bits. */
const MIN_8BIT_ELEMENTS = 4096

/** Two windows on the GPU and two staging buffers on their way back, all of one size. */
export const WINDOWS = 2

/** The blocks of one adapter page whose states are alike. */
export interface OptimizerPart {
  /** `state.0.bnb8`: the name in a saved state. */
  name: string
  page: number
  formula: AdamwFormula
  /** Whose blocks they are, in this order. */
  slots: ParameterSlot[]
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
  /** Every buffer that the optimiser holds on the GPU: states or windows, tables, and its dispatches' parameters. */
  gpuBytes: number
}

export interface OptimizerMemory {
  /** Of the states on the GPU; absent: all of them for a kind that is not paged. */
  budgetBytes?: number
  /** Of a paged kind's states where no budget is stated: the device's choice. */
  pagedBytes: number
}

/**
 * Which states the parameters get and where they live. 8-bit states are per block of 256 elements of a tensor, as in
 * bitsandbytes. A budget below the states' size pages them whatever the kind; a paged kind has a budget by default.
 * bitsandbytes pages only tensors of 1e5 elements and more; here all states of a run are paged or none, since the
 * window takes blocks of any tensor.
 */
export function optimizerLayout(adapter: AdapterLayout, kind: OptimizerKind, memory: OptimizerMemory): OptimizerLayout {
  const { states, isPaged } = OPTIMIZER_KINDS[kind]
  const parts: OptimizerPart[] = []
  for (const [page] of adapter.pages.entries()) {
    const lists = new Map<AdamwFormula, { slots: ParameterSlot[]; blocks: number[] }>()
    for (const slot of adapter.slots) {
      if (slot.page !== page) continue
      const formula: AdamwFormula = states === 'bnb8' && slot.length < MIN_8BIT_ELEMENTS ? 'bnb32' : states
      const list = lists.get(formula) ?? { slots: [], blocks: [] }
      list.slots.push(slot)
      for (let at = 0; at < slot.length; at += OPTIMIZER_BLOCK) {
        list.blocks.push(blockEntry(slot.offset + at, Math.min(OPTIMIZER_BLOCK, slot.length - at)))
      }
      lists.set(formula, list)
    }
    for (const [formula, { slots, blocks }] of lists) {
      const name = `state.${page}.${formula}`
      const recordBytes = RECORD_WORDS[formula] * 4
      parts.push({ name, page, formula, slots, blocks: Uint32Array.from(blocks), recordBytes })
    }
  }
  const stateBytes = parts.reduce((sum, part) => sum + partBytes(part), 0)
  const tableBytes = sum([
    HYPER.count * 4,
    partialWords(adapter.pages) * 4,
    MAP_WORDS * 4,
    ...parts.map((part) => part.blocks.byteLength),
  ])
  const norm = adapter.pages.length + 1
  const budget = memory.budgetBytes ?? (isPaged ? memory.pagedBytes : Infinity)
  if (stateBytes <= budget) {
    const gpuBytes = tableBytes + sum(parts.map(partBytes)) + paramBytes(norm + parts.length)
    return { parts, stateBytes, windowBytes: null, gpuBytes }
  }
  const largest = Math.max(...parts.map((part) => part.recordBytes))
  const windowBytes = Math.max(largest, Math.floor(budget / (2 * WINDOWS) / 16) * 16)
  const dispatches = paramBytes(norm) + windowChunks(parts, windowBytes).length * paramBytes(1)
  return { parts, stateBytes, windowBytes, gpuBytes: tableBytes + 2 * WINDOWS * bufferBytes(windowBytes) + dispatches }
}

/** What buffers of these sizes take. */
function sum(sizes: number[]): number {
  return sizes.reduce((total, bytes) => total + bufferBytes(bytes), 0)
}

/** Blocks that pass through a window together. */
export interface WindowChunk {
  part: number
  /** In blocks of the part. */
  first: number
  count: number
  window: number
}

/** The order in which paged states pass through the windows. */
export function windowChunks(parts: readonly OptimizerPart[], windowBytes: number): WindowChunk[] {
  const chunks: WindowChunk[] = []
  for (const [part, { blocks, recordBytes }] of parts.entries()) {
    const most = Math.floor(windowBytes / recordBytes)
    for (let first = 0; first < blocks.length; first += most) {
      chunks.push({ part, first, count: Math.min(most, blocks.length - first), window: chunks.length % WINDOWS })
    }
  }
  return chunks
}

export function partBytes(part: OptimizerPart): number {
  return part.blocks.length * part.recordBytes
}
