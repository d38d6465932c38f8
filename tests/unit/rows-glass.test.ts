import { describe, expect, it } from 'vitest'
import type { TokenizedRow } from '../../src/contracts/data'
import { collate } from '../../src/data'
import { labelRows } from '../../src/eval/rows/row-labels'
import { LOSS_WORDS, lossesOfRows } from '../../src/model/passes/row-losses'
import { prepareBatch } from '../../src/model/passes/pass-inputs'
import { parseRunFile } from '../../src/run-file/parse-run-file'
import { recommendedRun } from '../../src/run-file/run-file'
import { holdOut } from '../../src/train/hold-out'

const rows: TokenizedRow[] = [5, 3, 4, 2, 6].map((length, i) => {
  const inputIds = new Int32Array(length).fill(i + 1)
  return { row: (i + 1) * 10, inputIds, labels: inputIds.map((id, t) => (t < 2 ? -100 : id)), truncated: false }
})

describe('the loss of each row', () => {
  it('is the mean over its own trained tokens, however rows lie in a batch', () => {
    const lines = [[1, 0], [3], [4, 2]]
    const batch = collate(rows, lines, { padToMultipleOf: 8 })
    const { chosen, targets } = prepareBatch(batch)
    // A token of row 30 costs 3.5, and so on: ids are a tenth of the row.
    const words = new Float32Array(chosen.length * LOSS_WORDS)
    targets.forEach((id, i) => (words[i * LOSS_WORDS] = id + 0.5))
    expect(lossesOfRows(batch, chosen, words)).toEqual([
      { row: 20, loss: 2.5, num_trained_tokens: 1 },
      { row: 10, loss: 1.5, num_trained_tokens: 3 },
      { row: 40, loss: 0, num_trained_tokens: 0 },
      { row: 50, loss: 5.5, num_trained_tokens: 4 },
      { row: 30, loss: 3.5, num_trained_tokens: 2 },
    ])
  })
})

describe('what stands out among rows', () => {
  const story = (before: number, after: number, row = 1) => ({ row, before, after })
  const crowd = Array.from({ length: 8 }, (_, i) => story(2, 1, 100 + i))
  const labelled = (before: number, after: number) => labelRows([...crowd, story(before, after)]).get(1) ?? null

  it('goes by the rules that are documented', () => {
    expect(labelled(2, 1)).toBeNull()
    expect(labelled(2, 2.05)).toBe('fights')
    expect(labelled(2, 2.03)).toBe('never-learnt')
    expect(labelled(0.1, 0.109)).toBe('never-learnt')
    expect(labelled(2, 0.05)).toBe('by-heart')
    expect(labelled(2, 0.06)).toBeNull()
    // What the base knew has nothing to learn, and was not learnt by heart.
    expect(labelled(0.04, 0.04)).toBeNull()
    expect(labelled(0.5, 0.01)).toBeNull()
    // A quarter of the half that the others lost.
    expect(labelled(2, 1.76)).toBe('never-learnt')
    expect(labelled(2, 1.74)).toBeNull()
  })

  it('says that nobody learnt of no single row', () => {
    const still = Array.from({ length: 5 }, (_, i) => story(2, 1.9, i))
    expect(labelRows([...still, story(2, 2, 9)])).toEqual(new Map())
    expect(labelRows([])).toEqual(new Map())
  })
})

describe('exclude_rows', () => {
  const exclude = (exclude_rows: number[], more = {}) =>
    holdOut(rows, null, { ...recommendedRun, exclude_rows, ...more })
  const numbers = (some: readonly TokenizedRow[]) => some.map(({ row }) => row)

  it('are neither trained nor judged', () => {
    expect(numbers(exclude([]).train)).toEqual([10, 20, 30, 40, 50])
    expect(numbers(exclude([20, 50]).train)).toEqual([10, 30, 40])
    const { train, held } = exclude([30], { eval_split: 2 })
    expect(held).toHaveLength(2)
    expect(numbers([...train, ...held]).sort()).toEqual([10, 20, 40, 50])
    expect(() => exclude([10, 20, 30, 40, 50])).toThrow(expect.objectContaining({ code: 'train-excluded-all' }))
  })

  it('are a list of row numbers in the run file, each once', () => {
    expect(parseRunFile({ exclude_rows: [7, 2, 7] }).run.exclude_rows).toEqual([2, 7])
    for (const wrong of [[0], [1.5], '3', [null]]) {
      expect(() => parseRunFile({ exclude_rows: wrong })).toThrow(
        expect.objectContaining({
          code: 'run-field-invalid',
          params: expect.objectContaining({ field: 'exclude_rows' }),
        }),
      )
    }
  })
})
