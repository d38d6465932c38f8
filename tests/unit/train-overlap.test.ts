import { describe, expect, it } from 'vitest'
import type { TokenizedRow } from '../../src/contracts/data'
import { overlapping } from '../../src/train/overlap'

/** Rows behind a template's own tokens, which say nothing of a row. */
const TEMPLATE = Array.from({ length: 12 }, (_, i) => 900 + i)
const row = (number: number, ids: number[]): TokenizedRow => {
  const inputIds = Int32Array.from([...TEMPLATE, ...ids])
  return { row: number, inputIds, labels: inputIds, truncated: false }
}
const own = (seed: number, length = 30) => Array.from({ length }, (_, i) => (seed * 7919 + i * i * 31 + i * 7) % 800)
const train = Array.from({ length: 40 }, (_, i) => row(i + 1, own(i + 1)))

describe('held-out rows that stand among the trained ones', () => {
  it('are found word for word', () => {
    expect(overlapping(train, [row(3, own(3)), row(2, own(99))])).toEqual([{ held: 3, train: 3, kind: 'exact' }])
  })

  it('are found where a word was changed, or the end is another', () => {
    const changed = own(7)
    changed[14] = 801
    expect(overlapping(train, [row(1, changed)])).toEqual([{ held: 1, train: 7, kind: 'near' }])
    expect(overlapping(train, [row(1, [...own(9), 801])])).toEqual([{ held: 1, train: 9, kind: 'near' }])
  })

  it('are not those that share the template alone, a beginning, or half', () => {
    expect(overlapping(train, [row(1, own(77))])).toEqual([])
    expect(overlapping(train, [row(1, [...own(5).slice(0, 15), ...own(88, 15)])])).toEqual([])
    expect(overlapping(train, [row(1, [])])).toEqual([])
  })

  it('are the first they are like, also where rows are shorter than what is looked at together', () => {
    const short = (number: number, ids: number[]): TokenizedRow => {
      const inputIds = Int32Array.from(ids)
      return { row: number, inputIds, labels: inputIds, truncated: false }
    }
    expect(overlapping([short(4, [1, 2]), short(5, [1, 2]), short(6, [1, 3])], [short(9, [1, 2])])).toEqual([
      { held: 9, train: 4, kind: 'exact' },
    ])
    expect(overlapping([], [short(1, [1])])).toEqual([])
  })
})
