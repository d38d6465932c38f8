import { describe, expect, it } from 'vitest'
import { type BatchSettings, collate, orderBatches } from '../../src/data'
import type { TokenizedRow } from '../../src/contracts/data'
import { packLines } from '../../src/data/packing'

const settings: BatchSettings = {
  num_train_epochs: 2,
  max_steps: -1,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 3,
  max_length: 64,
  shuffle: false,
  group_by_length: false,
  packing: false,
}
const lengths = Array.from({ length: 15 }, (_, i) => 5 + ((i * 7) % 40))
const row = (number: number, ids: number[], labels = ids): TokenizedRow => ({
  row: number,
  inputIds: Int32Array.from(ids),
  labels: Int32Array.from(labels),
  truncated: false,
})

describe('the plan of a run', () => {
  it('keeps the file order, ends an epoch with a short window and counts as transformers does', () => {
    const plan = orderBatches(lengths, settings, 1)
    expect(plan).toMatchObject({ stepsPerEpoch: 3, steps: 6, epochs: 2, lines: 15, batchLines: 2, longestLine: 42 })
    const windows = plan.windows(0)
    expect(windows.map((window) => window.length)).toEqual([3, 3, 2])
    expect(windows.flat(3)).toEqual(lengths.map((_, i) => i))
    expect(windows[2]).toEqual([[[12], [13]], [[14]]])
    expect(plan.window(5)).toEqual(windows[2])
  })
  it('follows max_steps over as many epochs as that takes', () => {
    expect(orderBatches(lengths, { ...settings, max_steps: 7 }, 1)).toMatchObject({ steps: 7, epochs: 3 })
    expect(orderBatches(lengths, { ...settings, num_train_epochs: 0.5 }, 1)).toMatchObject({ steps: 2, epochs: 1 })
    expect(orderBatches([], settings, 1)).toMatchObject({ steps: 0, epochs: 0 })
  })
  it.each([{ shuffle: true }, { group_by_length: true }, { shuffle: true, packing: true }])(
    'uses every row once an epoch, in an order of seed and epoch alone: %o',
    (change) => {
      const plan = orderBatches(lengths, { ...settings, ...change }, 1)
      const epochs = [0, 1, 2].map((epoch) => plan.windows(epoch).flat(3))
      for (const order of epochs) expect([...order].sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i))
      expect(epochs[0]).not.toEqual(epochs[1])
      expect(
        orderBatches(lengths, { ...settings, ...change }, 1)
          .windows(1)
          .flat(3),
      ).toEqual(epochs[1])
      expect(
        orderBatches(lengths, { ...settings, ...change }, 2)
          .windows(0)
          .flat(3),
      ).not.toEqual(epochs[0])
    },
  )
  it('packs no line beyond max_length and cuts rows that are longer', () => {
    for (const limit of [10, 33, 64, 500]) {
      const lines = packLines(
        lengths.map((length) => Math.min(length, limit)),
        limit,
      )
      expect(lines.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i))
      for (const line of lines)
        expect(line.reduce((sum, i) => sum + Math.min(lengths[i], limit), 0)).toBeLessThanOrEqual(limit)
    }
    expect(packLines(lengths, 500)).toHaveLength(1)
  })
})

describe('collate', () => {
  const rows = [row(4, [1, 2, 3], [-100, 2, 3]), row(7, [0, 0, 0, 0, 5]), row(9, [6, 7])]

  it('pads on the right by length and never trains the first token', () => {
    const batch = collate(rows, [[0], [1]], { padToMultipleOf: 4, padId: 3 })
    expect(batch).toMatchObject({ B: 2, T: 8, rows: [4, 7], realTokens: 8, trainedTokens: 6 })
    expect([...batch.inputIds]).toEqual([1, 2, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 5, 3, 3, 3])
    expect([...batch.labels]).toEqual([-100, 2, 3, -100, -100, -100, -100, -100, -100, 0, 0, 0, 5, -100, -100, -100])
    expect([...batch.segments]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0])
    expect([...batch.positions]).toEqual([0, 1, 2, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0])
  })
  it('restarts positions and segments in a packed line', () => {
    const batch = collate(rows, [[2, 0], [1]])
    expect(batch).toMatchObject({ B: 2, T: 5, rows: [9, 4, 7], trainedTokens: 7, realTokens: 10 })
    expect([...batch.positions].slice(0, 5)).toEqual([0, 1, 0, 1, 2])
    expect([...batch.segments].slice(0, 5)).toEqual([1, 1, 2, 2, 2])
    expect([...batch.labels].slice(0, 5)).toEqual([-100, 7, -100, 2, 3])
  })
  it('counts as many trained tokens packed as apart', () => {
    const apart = rows.reduce((sum, _, i) => sum + collate(rows, [[i]]).trainedTokens, 0)
    expect(collate(rows, [[0, 1, 2]]).trainedTokens).toBe(apart)
  })
})
