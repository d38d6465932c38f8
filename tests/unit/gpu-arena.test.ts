import { describe, expect, it } from 'vitest'
import { assignSlots } from '../../src/gpu/arena'
import { byteLength, type Tensor } from '../../src/gpu/tensor'

function tensor(id: number, elements: number, kind = 'scratch'): Tensor {
  return { label: `t${id}`, dtype: 'f32', shape: [elements], id, buffer: null, offset: 0, kind }
}

type Life = [number, number]

/** Random sizes and lives; every tenth is never used. */
function graph(count: number, seed: number): { tensors: Tensor[]; lives: Life[] } {
  let state = seed
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const tensors = Array.from({ length: count }, (_, id) => tensor(id, 1 + next(5000)))
  const lives = tensors.map((_, id): Life => {
    const first = next(200)
    return id % 10 === 9 ? [-1, -1] : [first, first + next(30)]
  })
  return { tensors, lives }
}

describe('placing tensors by their lives', () => {
  it('never lets two that live at once share, and gives each room enough', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { tensors, lives } = graph(80, seed)
      const { slots, slotOf, bytes } = assignSlots(tensors, lives)
      expect(bytes).toBe(slots.reduce((sum, slot) => sum + slot.bytes, 0))
      for (const a of tensors) {
        if (lives[a.id][0] < 0) {
          expect(slotOf[a.id]).toBe(-1)
          continue
        }
        expect(slots[slotOf[a.id]].bytes).toBeGreaterThanOrEqual(byteLength(a))
        for (const b of tensors) {
          const apart = lives[a.id][1] < lives[b.id][0] || lives[b.id][1] < lives[a.id][0]
          if (a.id !== b.id && slotOf[a.id] === slotOf[b.id]) expect(apart, `${a.id} and ${b.id}`).toBe(true)
        }
      }
    }
  })

  it('saves memory, and is the same every time', () => {
    const { tensors, lives } = graph(200, 3)
    const shared = assignSlots(tensors, lives)
    const apart = assignSlots(tensors, lives, false)
    expect(apart.slots).toHaveLength(lives.filter(([first]) => first >= 0).length)
    expect(shared.bytes).toBeLessThan(apart.bytes / 2)
    expect(assignSlots(tensors, lives)).toEqual(shared)
  })

  it('takes the tightest free slot and the kind of the largest tensor in it', () => {
    const tensors = [
      tensor(0, 1000, 'activations'),
      tensor(1, 100, 'scratch'),
      tensor(2, 90, 'inputs'),
      tensor(3, 2000, 'checkpoints'),
    ]
    const { slots, slotOf } = assignSlots(tensors, [
      [0, 1],
      [0, 1],
      [2, 3],
      [2, 3],
    ])
    expect(slotOf[2]).toBe(slotOf[1])
    expect(slotOf[3]).toBe(slotOf[0])
    expect(slots[slotOf[3]]).toEqual({ bytes: 8000, kind: 'checkpoints' })
    expect(slots[slotOf[2]]).toEqual({ bytes: 400, kind: 'scratch' })
  })

  it('does not reuse a slot in the very dispatch that last reads it', () => {
    const { slotOf } = assignSlots(
      [tensor(0, 8), tensor(1, 8)],
      [
        [0, 2],
        [2, 4],
      ],
    )
    expect(slotOf[0]).not.toBe(slotOf[1])
  })
})
