import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TokenizedRow } from '../../src/contracts/data'
import type { Trainer } from '../../src/model/language-model'
import type { GpuLanguageModel } from '../../src/model/gpu-language-model'
import { evaluating } from '../../src/engine/core/evaluating'
import { findRate } from '../../src/engine/core/find-rate'
import type { Interlude } from '../../src/train/interlude'
import { RunControl } from '../../src/train/run-control'
import type { RunFile } from '../../src/run-file/run-file'
import { recommendedRun } from '../../src/run-file/run-file'
import { trainModel } from '../../src/train/train-model'
import { differing } from '../helpers/adamw-twin'
import { goldenBatch, goldenJson, goldenModel } from '../helpers/golden'

describe('what happens between steps changes no bit', () => {
  let model: GpuLanguageModel
  let rows: TokenizedRow[]
  beforeAll(async () => {
    model = await goldenModel('qwen2')
    const golden = goldenJson<{ rows: { input_ids: number[]; labels: number[] }[] }>('qwen2/training.json')
    rows = golden.rows.slice(0, 6).map(({ input_ids, labels }, i) => ({
      row: i + 1,
      inputIds: Int32Array.from(input_ids.slice(0, 40)),
      labels: Int32Array.from(labels.slice(0, 40)),
      truncated: false,
    }))
  })
  afterAll(() => model.destroy())

  async function train(
    change: Partial<RunFile>,
    interludes: (trainer: Trainer) => Interlude[],
    onPhase: (control: RunControl, phase: string, step: number) => void = () => {},
  ) {
    const run: RunFile = {
      ...recommendedRun,
      learning_rate: 2e-3,
      per_device_train_batch_size: 2,
      gradient_accumulation_steps: 1,
      num_train_epochs: 2,
      lora: {
        r: 4,
        lora_alpha: 8,
        lora_dropout: 0.1,
        target_modules: ['q_proj', 'v_proj', 'down_proj'],
        use_rslora: false,
      },
      ...change,
    }
    const control = new RunControl()
    const hooks = {
      onPhase: (phase: string, step: number) => onPhase(control, phase, step),
      onStep: () => {},
      interludes,
    }
    const { log } = await trainModel(model, rows, run, control, hooks, { keepAdapter: false, padId: 0 })
    const pairs = await model.readLora()
    const values = Float32Array.from(pairs.flatMap(({ A, B }) => [...A, ...B]))
    return { adapter: new Uint32Array(values.buffer), log }
  }

  test('evaluations of held-out rows, with the best adapter read in between', async () => {
    const want = await train({}, () => [])
    const run = { ...recommendedRun, eval_strategy: 'steps' as const, eval_steps: 2, load_best_model_at_end: true }
    const past = { rows: [], bestPairs: null }
    const parts = { model, run, train: rows, held: rows.slice(0, 3), padId: 0, control: new RunControl(), past }
    const evaluations = evaluating({ ...parts, on: () => {} })
    const got = await train({}, () => [evaluations.interlude])
    expect(evaluations.rows.map(({ step }) => step)).toEqual([2, 4, 6])
    expect(evaluations.bestPairs).not.toBeNull()
    expect(got.log).toEqual(want.log)
    expect(differing(got.adapter, want.adapter)).toBe(0)
  })

  test('a search for a learning rate leaves the adapter as it was', async () => {
    const before = await train({}, () => [])
    const run = { ...recommendedRun, per_device_train_batch_size: 2, gradient_accumulation_steps: 1 }
    const search = await findRate(model, { rows, second: null }, run, { padId: 0, range: { steps: 20 } })
    expect(search.points.length).toBeGreaterThan(5)
    const pairs = await model.readLora()
    const values = Float32Array.from(pairs.flatMap(({ A, B }) => [...A, ...B]))
    expect(differing(new Uint32Array(values.buffer), before.adapter)).toBe(0)
  })

  test('a run whose rate was changed and that was lengthened is repeated by its history', async () => {
    const steered: RunFile['history'] = []
    const atPhase = (control: RunControl, phase: string, step: number) => {
      if (phase !== 'training' || step > 0 || steered.length > 0) return
      steered.push({ after: 0, learning_rate: 5e-4 }, { after: 0, steps: 8 })
      for (const { after: _, ...change } of steered) control.steer(change)
    }
    const got = await train({ history: [] }, () => [], atPhase)
    expect(got.log).toHaveLength(8)
    const again = await train({ history: steered }, () => [])
    expect(again.log).toEqual(got.log)
    expect(differing(again.adapter, got.adapter)).toBe(0)
    expect(differing((await train({}, () => [])).adapter, got.adapter)).toBeGreaterThan(0)
  })

  async function answer(): Promise<number[]> {
    const ids: number[] = []
    const options = { maxNewTokens: 12, temperature: 0, topP: 1, topK: 0, seed: 0, stopIds: [], useAdapter: true }
    for await (const id of model.generate(rows[0].inputIds.slice(0, 9), options)) ids.push(id)
    return ids
  }

  for (const optim of ['adamw_torch', 'paged_adamw_8bit'] as const) {
    test(`answers and checkpoints with ${optim}`, async () => {
      const want = await train({ optim }, () => [])
      expect(want.log).toHaveLength(6)
      const said: number[][] = []
      const always = (run: () => Promise<unknown>): Interlude => ({
        due: (step) => step % 3 === 0,
        run: async () => void (await run()),
      })
      const got = await train({ optim }, (trainer) => [
        always(async () => said.push(await answer())),
        always(() => trainer.saveState()),
        always(() =>
          model.lossPerLine(goldenBatch([{ input_ids: [...rows[1].inputIds], labels: [...rows[1].labels] }], 40), true),
        ),
      ])
      expect(said).toHaveLength(3)
      expect(got.log).toEqual(want.log)
      expect(differing(got.adapter, want.adapter)).toBe(0)
    })
  }

  test('an answer asked for while the run is paused', async () => {
    const want = await train({}, () => [])
    const said: Promise<number[]>[] = []
    const got = await train(
      {},
      () => [],
      (control, phase, step) => {
        if (phase === 'training' && step === 0 && said.length === 0) control.pause()
        if (phase !== 'paused') return
        said.push(control.beside(answer))
        void said[0].then(() => control.resume())
      },
    )
    expect(await said[0]).toHaveLength(12)
    expect(got.log).toEqual(want.log)
    expect(differing(got.adapter, want.adapter)).toBe(0)
  })
})
