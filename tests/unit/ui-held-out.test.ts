import { describe, expect, test } from 'vitest'
import type { EvalRow } from '../../src/contracts/evaluation'
import type { CurvePoint } from '../../src/state/curve'
import { evaluationX, lowest, overlapLine, overlapOf, verdictOf } from '../../src/state/held-out'

const rows = (losses: number[]) =>
  losses.map(
    (eval_loss, i) => ({ step: 10 * (i + 1), epoch: (i + 1) / 2, eval_loss, eval_num_tokens: 7 * i }) as EvalRow,
  )
const points = (loss: (step: number) => number) =>
  Array.from({ length: 40 }, (_, i) => ({ step: i + 1, loss: loss(i + 1), seconds: 60 * (i + 1) }) as CurvePoint)
const falling = points((step) => 2 - step / 40)

describe('what the held-out loss says', () => {
  test('nothing of one evaluation', () => {
    expect(verdictOf(rows([1]), falling)).toBeNull()
    expect(verdictOf([], [])).toBeNull()
  })

  test('how many of them the run trained, too, each once', () => {
    const told = overlapLine([
      { held: 3, train: 1, kind: 'exact' },
      { held: 3, train: 7, kind: 'near' },
      { held: 5, train: 2, kind: 'exact' },
    ])
    expect(overlapOf([{ time: 0, level: 'info', text: 'begun' }, told])).toBe(2)
    expect(overlapOf([])).toBe(0)
  })

  test('that it falls, that rows are learnt by heart, that nothing is gained', () => {
    expect(verdictOf(rows([2, 1.5, 1.2]), falling)).toEqual({ kind: 'falling' })
    expect(verdictOf(rows([2, 1.5, 1.7, 1.8]), falling)).toEqual({ kind: 'by-heart', since: 20 })
    expect(verdictOf(rows([2, 1.5, 1.501]), falling)).toEqual({ kind: 'level', since: 20 })
    // Both rise: that is no learning by heart, but a rate that is too high.
    expect(
      verdictOf(
        rows([2, 1.5, 1.9]),
        points((step) => 1 + step / 40),
      ),
    ).toEqual({ kind: 'level', since: 20 })
  })

  test('where its dots stand', () => {
    const [, second] = rows([2, 1])
    expect(lowest(rows([2, 1, 1]))!.step).toBe(20)
    expect(['step', 'epoch', 'tokens', 'time'].map((axis) => evaluationX(second, falling, axis as 'step'))).toEqual([
      20, 1, 7, 20,
    ])
  })
})
