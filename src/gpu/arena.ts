import { bufferBytes, byteLength, type Tensor } from './tensor'

/**
 * A stretch of memory shared by tensors whose lives do not overlap. One GPU buffer each: WebGPU forbids reading one
 * part  of a buffer while another part is written in the same dispatch, so slots, not offsets into one arena.
 */
interface Slot {
  bytes: number
  /** Memory kind of the largest tensor placed here. */
  kind: string
}

export interface SlotAssignment {
  slots: Slot[]
  /** Slot of each virtual tensor by id; -1 for tensors no dispatch names. */
  slotOf: Int32Array
  bytes: number
}

/**
 * Place virtual tensors by liveness: largest first, each into the tightest slot that is free for its whole life.
 * Deterministic. `lives` = [first, last] dispatch index by tensor id (first = -1: never used).
 * `share: false` gives every tensor a slot of its own (to show that sharing changes no bit).
 */
export function assignSlots(
  tensors: readonly Tensor[],
  lives: readonly (readonly [number, number])[],
  share = true,
): SlotAssignment {
  const order = tensors
    .map((tensor) => ({ id: tensor.id, bytes: bufferBytes(byteLength(tensor)), kind: tensor.kind }))
    .filter(({ id }) => lives[id][0] >= 0)
    .sort((a, b) => b.bytes - a.bytes || lives[a.id][0] - lives[b.id][0] || a.id - b.id)
  const slots: (Slot & { taken: (readonly [number, number])[] })[] = []
  const slotOf = new Int32Array(tensors.length).fill(-1)
  for (const { id, bytes, kind } of order) {
    const life = lives[id]
    let best = -1
    if (share) {
      for (const [index, slot] of slots.entries()) {
        if (slot.taken.some(([first, last]) => life[0] <= last && first <= life[1])) continue
        if (best < 0 || slot.bytes < slots[best].bytes) best = index
      }
    }
    if (best < 0) {
      best = slots.length
      slots.push({ bytes, kind, taken: [] })
    }
    slots[best].taken.push(life)
    slotOf[id] = best
  }
  return {
    slots: slots.map(({ bytes, kind }) => ({ bytes, kind })),
    slotOf,
    bytes: slots.reduce((sum, slot) => sum + slot.bytes, 0),
  }
}
