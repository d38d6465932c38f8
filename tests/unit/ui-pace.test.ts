import { expect, test } from 'vitest'
import type { EvalRow } from '../../src/contracts/evaluation'
import type { Engine, RunPlan } from '../../src/engine/api/types'
import { recommendedRun } from '../../src/run-file/run-file'
import { memoryOf } from '../../src/state/model-choice'
import { createNotices } from '../../src/state/notices'
import { createRunPace, paceOfRuns, secondsOf } from '../../src/state/run-pace'
import type { RunRecord } from '../../src/state/run-record'

const plan = { steps: 10, tokens: 8000, heldOut: 5, evaluations: 2 } as RunPlan
const run = { ...recommendedRun, per_device_train_batch_size: 4, gradient_accumulation_steps: 1 }

test('the time of a run follows from a measured rate; a held-out row is a third of a trained one', () => {
  // 200 tokens a row: 8000 trained, 10 rows judged.
  expect(secondsOf(plan, run, { rate: 100 })).toBeCloseTo((8000 + (10 * 200) / 3) / 100)
})

test('by the run before it follows from what that took to start, to train and to judge', () => {
  const record = (id: string, startedAt: number, rate: number, change: Partial<RunRecord> = {}) => {
    const curve = [1, 2, 3].map((step) => ({ seconds: 10 + step, num_tokens: 50 * step, tokens_per_second: rate }))
    return { model: { id }, startedAt, curve, ...change } as RunRecord
  }
  const runs = [record('a', 1, 25), record('b', 3, 7), record('a', 2, 50)]
  // Its first step ended after 11 seconds, one of which its 50 tokens took.
  expect(paceOfRuns(runs, 'a')).toEqual({ rate: 50, startSeconds: 10 })
  expect(secondsOf(plan, run, paceOfRuns(runs, 'a')!)).toBeCloseTo(10 + 8000 / 50 + (10 * 200) / 3 / 50)
  expect(paceOfRuns([record('b', 3, 7)], 'a')).toBeNull()
  // Two evaluations of 4 rows: 3 seconds before the first step, 5 afterwards.
  const evaluations = [
    { step: 0, eval_runtime: 3, eval_samples_per_second: 4 / 3 },
    { step: 3, eval_runtime: 5, eval_samples_per_second: 4 / 5 },
  ] as EvalRow[]
  const judged = paceOfRuns([record('a', 1, 50, { evaluations })], 'a')!
  expect(judged).toEqual({ rate: 50, startSeconds: 7, heldRowSeconds: 1 })
  expect(secondsOf(plan, run, judged)).toBeCloseTo(7 + 8000 / 50 + 10)
})

test('a run that is started breaks a measurement off and begins when the GPU is free', async () => {
  const told: string[] = []
  const pace = createRunPace(
    {
      measureRate: (_: unknown, signal?: AbortSignal) =>
        new Promise((_resolve, reject) =>
          signal!.addEventListener('abort', () => {
            told.push('stopped')
            reject(new DOMException('stopped', 'AbortError'))
          }),
        ),
      train: async () => void told.push('train'),
    } as unknown as Engine,
    createNotices(),
  )
  void pace.measure('a', run)
  expect(pace.store.getState().isMeasuring).toBe(true)
  await pace.engine.train(run, { runId: 'x' }, () => {})
  expect(told).toEqual(['stopped', 'train'])
  expect(pace.store.getState()).toEqual({ isMeasuring: false, rates: {} })
})

test('what was said of the GPU’s memory goes before any guess', () => {
  const gpu = { isSoftware: false, maxBufferBytes: 2 ** 31 } as Parameters<typeof memoryOf>[0]
  expect(memoryOf(gpu, { gpuMemory: 0 })).toEqual({ bytes: 4e9, isStated: false })
  expect(memoryOf({ ...gpu, maxBufferBytes: 11e9 }, { gpuMemory: 0 }).bytes).toBe(11e9)
  expect(memoryOf({ ...gpu, isSoftware: true }, { gpuMemory: 0 }, 8).bytes).toBe(8e9)
  expect(memoryOf(gpu, { gpuMemory: 24 })).toEqual({ bytes: 24e9, isStated: true })
})
