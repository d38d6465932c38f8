import { describe, expect, it } from 'vitest'
import { learningRateAt, SCHEDULERS, warmupSteps, type ScheduleFields } from '../../src/run-file/schedules'
import { goldenJson } from '../helpers/golden'

interface Case {
  type: ScheduleFields['lr_scheduler_type']
  kwargs: ScheduleFields['lr_scheduler_kwargs']
  steps: number
  warmup: number
  lr: number[]
}

/** What torch's optimiser held before each step under transformers' schedules: tools/reference/golden_schedules.py. */
const golden = goldenJson<{ learning_rate: number; cases: Case[] }>('configs/schedules.json')

describe('learning-rate schedule', () => {
  it('is compared for every name', () => {
    expect([...new Set(golden.cases.map(({ type }) => type))].sort()).toEqual([...SCHEDULERS].sort())
  })

  it.each(golden.cases)(
    '$type with $kwargs over $steps steps, $warmup of them warmup',
    ({ type, kwargs, steps, warmup, lr }) => {
      const run = {
        learning_rate: golden.learning_rate,
        lr_scheduler_type: type,
        lr_scheduler_kwargs: kwargs,
        warmup_ratio: 0,
        warmup_steps: warmup,
      }
      // Both sides are float64 of the same formula; cos, sqrt and pow may differ in the last bit between C libraries.
      lr.forEach((rate, i) => expect(Math.abs(learningRateAt(run, i + 1, steps) - rate)).toBeLessThan(1e-18))
    },
  )

  it('counts warmup steps as transformers does', () => {
    expect(warmupSteps({ warmup_ratio: 0.03, warmup_steps: 0 }, 100)).toBe(3)
    expect(warmupSteps({ warmup_ratio: 0.03, warmup_steps: 0 }, 101)).toBe(4)
    expect(warmupSteps({ warmup_ratio: 0.5, warmup_steps: 2 }, 101)).toBe(2)
    expect(warmupSteps({ warmup_ratio: 0, warmup_steps: 0.1 }, 25)).toBe(3)
  })
})
