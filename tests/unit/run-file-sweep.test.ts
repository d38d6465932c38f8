import { expect, it } from 'vitest'
import { parseRunFile } from '../../src/run-file/parse-run-file'
import { readAxis, sweepRuns } from '../../src/run-file/sweep'
import { recommendedRun } from '../../src/run-file/run-file'

it('a sweep is a run for every combination, the last field turning fastest', () => {
  const swept = sweepRuns(recommendedRun, [
    { field: 'learning_rate', values: [1e-4, '2e-4'] },
    { field: 'lora.r', values: [8, 16, 32] },
  ])
  expect(swept.map(({ run }) => [run.learning_rate, run.lora.r])).toEqual(
    [1e-4, 2e-4].flatMap((rate) => [8, 16, 32].map((r) => [rate, r])),
  )
  expect(swept.map(({ name }) => name).slice(0, 2)).toEqual([
    'learning_rate=0.0001 lora.r=8',
    'learning_rate=0.0001 lora.r=16',
  ])
  // All else is as it was.
  expect(swept[3].run).toEqual({ ...recommendedRun, learning_rate: 2e-4, lora: { ...recommendedRun.lora, r: 8 } })
  expect(sweepRuns(recommendedRun, [])).toEqual([{ name: '', run: recommendedRun }])
})

it('refuses what no run can have, by its name', () => {
  const refused = (field: string, value: unknown) => () => sweepRuns(recommendedRun, [{ field, values: [value] }])
  expect(refused('learning_rate', 0)).toThrow(expect.objectContaining({ code: 'run-field-invalid' }))
  expect(refused('lerning_rate', 1)).toThrow(expect.objectContaining({ code: 'run-unknown-fields' }))
  expect(refused('lora.r', 'eight')).toThrow(expect.objectContaining({ code: 'run-field-invalid' }))
})

it('reads values as JSON where they can be, lists in their brackets', () => {
  expect(readAxis('learning_rate=1e-4, 2e-4')).toEqual({ field: 'learning_rate', values: [1e-4, 2e-4] })
  expect(readAxis('lr_scheduler_type=linear,cosine')!.values).toEqual(['linear', 'cosine'])
  const targets = readAxis('lora.target_modules=["q_proj","v_proj"],all-linear')!
  expect(targets.values).toEqual([['q_proj', 'v_proj'], 'all-linear'])
  expect(sweepRuns(parseRunFile({}).run, [targets]).map(({ run }) => run.lora.target_modules.length)).toEqual([2, 7])
  for (const wrong of ['', 'seed', 'seed=', '=1']) expect(readAxis(wrong)).toBeNull()
})
