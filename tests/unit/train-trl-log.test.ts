import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { TokenizedRow } from '../../src/contracts/data'
import { parseModelConfig } from '../../src/architecture/config'
import { parseRunFile } from '../../src/run-file/parse-run-file'
import { RunControl } from '../../src/train/run-control'
import { trainModel } from '../../src/train/train-model'
import { FakeLanguageModel } from '../helpers/fake-language-model'
import { goldenJson, goldenPath } from '../helpers/golden'

interface Training {
  run: Record<string, unknown> & { max_length: number }
  rows: { input_ids: number[]; labels: number[] }[]
  log: { step: number; epoch: number; learning_rate: number; num_tokens: number }[]
}

const training = goldenJson<Training>('qwen2/training.json')
const config = parseModelConfig(readFileSync(goldenPath('qwen2/model/config.json'), 'utf8'))

/** The loop alone, over a model that computes nothing: what trl logs beside losses must come out to the last digit. */
describe('a run of trl, its bookkeeping', () => {
  const { run } = parseRunFile(training.run)
  const rows = training.rows.map(({ input_ids, labels }, i): TokenizedRow => {
    const cut = (ids: number[]) => Int32Array.from(ids.slice(0, run.max_length))
    return { row: i + 1, inputIds: cut(input_ids), labels: cut(labels), truncated: input_ids.length > run.max_length }
  })

  it('logs the same steps, epochs, rates and token counts', async () => {
    const model = new FakeLanguageModel(config)
    const hooks = { onPhase: () => {}, onStep: () => {} }
    const { log, steps } = await trainModel(model, rows, run, new RunControl(), hooks, { keepAdapter: false, padId: 0 })
    expect(steps).toBe(training.log.length)
    for (const [i, want] of training.log.entries()) {
      expect(log[i]).toMatchObject({ step: want.step, epoch: want.epoch, num_tokens: want.num_tokens })
      expect(log[i].learning_rate).toBeCloseTo(want.learning_rate, 15)
    }
    expect(model.trainer!.options[0]).toMatchObject({
      weightDecay: 0.05,
      beta1: 0.9,
      beta2: 0.999,
      eps: 1e-8,
      maxGradNorm: 1,
    })
  })

  it('asks for a plan that every batch fits', async () => {
    const model = new FakeLanguageModel(config)
    await trainModel(
      model,
      rows,
      run,
      new RunControl(),
      { onPhase: () => {}, onStep: () => {} },
      { keepAdapter: false, padId: 0 },
    )
    const [shape] = model.shapes
    expect(shape.batch).toBe(2)
    expect(shape.tokens).toBeGreaterThanOrEqual(Math.max(...rows.map((row) => row.inputIds.length)))
    for (const batch of model.trainer!.batches) {
      expect(batch.B).toBeLessThanOrEqual(shape.batch)
      expect(batch.T).toBeLessThanOrEqual(shape.tokens)
    }
  })

  it('continues from a checkpoint as if it had never stopped', async () => {
    const whole = new FakeLanguageModel(config)
    const first = await trainModel(
      whole,
      rows,
      run,
      new RunControl(),
      { onPhase: () => {}, onStep: () => {} },
      { keepAdapter: false, padId: 0 },
    )
    const rest = new FakeLanguageModel(config)
    const checkpoint = { state: { steps: 3, pairs: [], tensors: [] }, log: first.log.slice(0, 3) }
    const seen: number[] = []
    const hooks = { onPhase: () => {}, onStep: ({ step }: { step: number }) => void seen.push(step) }
    const second = await trainModel(rest, rows, run, new RunControl(), hooks, {
      keepAdapter: false,
      padId: 0,
      checkpoint,
    })
    expect(seen[0]).toBe(4)
    expect(
      second.log.map(({ step, epoch, learning_rate, num_tokens }) => [step, epoch, learning_rate, num_tokens]),
    ).toEqual(first.log.map(({ step, epoch, learning_rate, num_tokens }) => [step, epoch, learning_rate, num_tokens]))
    const tail = (model: FakeLanguageModel) => model.trainer!.batches.slice(-3).map((batch) => batch.rows)
    expect(tail(rest)).toEqual(tail(whole))
  })
})
