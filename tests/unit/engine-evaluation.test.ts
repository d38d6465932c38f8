import { beforeEach, describe, expect, it } from 'vitest'
import { clientAsset } from '../../src/headless/client-asset'
import { createEngine } from '../../src/engine/core/core'
import type { Engine } from '../../src/engine/api/types'
import type { TrainEvent } from '../../src/contracts/events'
import type { MicroBatch } from '../../src/contracts/data'
import { bytesSource } from '../../src/formats/memory-folder'
import { fileDefaults, type RunFile } from '../../src/run-file/run-file'
import { parseRunFile } from '../../src/run-file/parse-run-file'
import { filesFolder, fileSource } from '../../src/storage/files-folder'
import { nodeFile, nodeFolder } from '../../src/storage/node/node-folder'
import { readSuite } from '../../src/eval/suites/suite'
import { evaluationCount, evaluationDue, evaluationsLeft } from '../../src/train/evaluation-rules'
import { fakeGpu } from '../helpers/fake-gpu'
import { FakeLanguageModel } from '../helpers/fake-language-model'
import { goldenJson } from '../helpers/golden'
import { MemoryPlace } from '../helpers/memory-place'

interface Case {
  curve: string
  run: Record<string, unknown>
  evaluations: { step: number; epoch: number; eval_loss: number }[]
  steps: number
  best_metric: number
  best_global_step: number
}
/** Real runs of transformers' Trainer whose evaluations gave these curves: tools/reference/golden_evaluation.py. */
const golden = goldenJson<{ curves: Record<string, number[]>; cases: Case[] }>('configs/evaluations.json')

/** Every evaluation of the held-out rows gives the next value; an adapter says how many steps it is of. */
class CurveModel extends FakeLanguageModel {
  curve: number[] = []
  private seen = 0

  override async createTrainer(shape: Parameters<FakeLanguageModel['createTrainer']>[0]) {
    const trainer = await super.createTrainer(shape)
    const step = trainer.step.bind(trainer)
    trainer.step = (options) => {
      this.pairs = this.pairs.map((pair) => ({ ...pair, B: pair.B.map((x) => x + 1) }))
      trainer.pairs = this.pairs
      return step(options)
    }
    return trainer
  }

  override async lossPerLine({ B }: MicroBatch) {
    const value = this.curve[this.seen++]
    const all = (of: number) => new Float64Array(B).fill(of)
    return { counts: new Int32Array(B).fill(1), sums: all(value), right: all(value / 4), entropies: all(value / 2) }
  }
}

let engine: Engine
let model: CurveModel
const file = (name: string, rows: number) => ({
  kind: 'bytes' as const,
  source: bytesSource(
    name,
    new TextEncoder().encode(
      JSON.stringify(Array.from({ length: rows }, (_, i) => ({ instruction: `q${i}`, output: `a${i}` }))),
    ),
  ),
})
const dataOptions = { max_length: 64, assistant_only_loss: true }
const base: RunFile = {
  ...fileDefaults,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  logging_steps: 1000,
  lora: { ...fileDefaults.lora, r: 2, target_modules: ['o_proj'] },
}

beforeEach(async () => {
  engine = createEngine(
    {
      openGpu: async () => fakeGpu(),
      builtinModel: async () => nodeFolder('public/demo-model'),
      sample: (name) => nodeFile(`public/samples/${name}`),
      folderOfFiles: filesFolder,
      sourceOfFile: (one) => fileSource(one),
      asset: clientAsset,
    },
    async (_gpu, opened) => (model = new CurveModel(opened.config)),
  )
  await engine.loadModel({ kind: 'builtin' })
  await engine.loadData(file('train.json', 10), dataOptions)
})

const trainedTo = () => model.pairs[0].B[0]

describe('evaluations of a run, as transformers’ Trainer makes them', () => {
  it.each(golden.cases)(
    '$curve under $run',
    async ({ curve, run, evaluations, steps, best_metric, best_global_step }) => {
      await engine.loadEvalData(file('held.json', 2), dataOptions)
      model.curve = golden.curves[curve]
      const wanted = parseRunFile({ ...run, load_best_model_at_end: true, save_strategy: 'best' }, base).run
      const place = new MemoryPlace('out')
      const outcome = await engine.train(wanted, { runId: 'a', checkpoints: place }, () => {})

      const rows = outcome.evaluations.map(({ step, epoch, eval_loss }) => ({ step, epoch, eval_loss }))
      expect(rows.map(({ step }) => step)).toEqual(evaluations.map(({ step }) => step))
      for (const [i, { epoch, eval_loss }] of evaluations.entries()) {
        expect(rows[i].epoch).toBeCloseTo(epoch, 12)
        expect(rows[i].eval_loss).toBeCloseTo(eval_loss, 12)
      }
      expect(outcome).toMatchObject({ steps, best: { step: best_global_step } })
      expect(outcome.trainerState).toMatchObject({
        best_global_step,
        best_model_checkpoint: `checkpoint-${best_global_step}`,
      })
      expect(outcome.trainerState.best_metric).toBeCloseTo(best_metric, 12)
      // The adapter is the best one's, whatever came after it; it was kept as a checkpoint, too.
      expect(trainedTo()).toBe(best_global_step)
      expect(place.files.has(`checkpoint-${best_global_step}/manifest.json`)).toBe(true)
    },
  )
})

it('evaluations that are still to come are those that will be due, from any step on, in a longer run too', () => {
  const strategies = [
    ...[1, 2, 3, 7, 0.3].map((eval_steps) => ({ eval_strategy: 'steps' as const, eval_steps })),
    { eval_strategy: 'epoch' as const, eval_steps: null },
    { eval_strategy: 'no' as const, eval_steps: null },
  ]
  for (const strategy of strategies) {
    for (const eval_delay of [0, 0.7, 1, 2.5, 6, 40]) {
      for (const eval_on_start of [true, false]) {
        const run = { ...fileDefaults, ...strategy, eval_delay, eval_on_start }
        const plan = { steps: 20, stepsPerEpoch: 10 }
        const due = evaluationDue(run, plan)
        for (const steps of [20, 26]) {
          const after = Array.from({ length: steps }, (_, i) => due(i + 1, i + 1 === steps ? 'end' : 'step'))
          for (let step = 1; step <= steps + 1; step++) {
            const count = after.slice(step - 1).filter(Boolean).length
            expect(evaluationsLeft(run, plan, step, steps), JSON.stringify({ ...strategy, eval_delay, step })).toBe(
              count,
            )
          }
          const all = after.filter(Boolean).length + (due(0, 'start') ? 1 : 0)
          if (steps === plan.steps) expect(evaluationCount(run, plan)).toBe(all)
        }
      }
    }
  }
})

describe('held-out rows', () => {
  const judged = { ...base, max_steps: 4, eval_strategy: 'steps' as const, eval_steps: 2 }

  it('are drawn by the seed, never trained, and the same when a run goes on', async () => {
    model.curve = [3, 2, 1]
    const plan = await engine.planRun({ ...judged, eval_split: 0.3 })
    expect(plan).toMatchObject({ heldOut: 3, evaluations: 2, stepsPerEpoch: 2 })
    const rows = async (seed: number) => {
      model.curve = Array(9).fill(1)
      await engine.train({ ...judged, max_steps: 8, eval_split: 0.3, seed }, { runId: 'a' }, () => {})
      return [...new Set(model.trainer!.batches.flatMap((batch) => batch.rows))].sort((a, b) => a - b)
    }
    const first = await rows(1)
    expect(first).toHaveLength(7)
    expect(await rows(1)).toEqual(first)
    expect(await rows(2)).not.toEqual(first)
  })

  it.each([
    [{ eval_split: 1 - 1e-9 }, { rows: 10, held: 10, left: 'train' }],
    [{ eval_split: 10 }, { rows: 10, held: 10, left: 'train' }],
  ])('that leave nothing to train are refused before the run: %j', async (fields, params) => {
    await expect(engine.planRun({ ...judged, ...fields })).rejects.toMatchObject({
      code: 'eval-split-leaves-none',
      params,
    })
    await expect(engine.train({ ...judged, ...fields }, { runId: 'a' }, () => {})).rejects.toMatchObject({
      code: 'eval-split-leaves-none',
    })
  })

  it('that stand among the trained ones are shown, and left out where the run wants it', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => ({ instruction: `q${i % 6}`, output: `a${i % 6}` }))
    const source = bytesSource('twice.json', new TextEncoder().encode(JSON.stringify(rows)))
    await engine.loadData({ kind: 'bytes', source }, dataOptions)
    const plan = await engine.planRun({ ...judged, eval_split: 6 })
    expect(plan.overlap.length).toBeGreaterThan(0)
    for (const { held, train } of plan.overlap) expect(train % 6).toBe(held % 6)
    const left = await engine.planRun({ ...judged, eval_split: 6, eval_drop_overlap: true })
    expect(left).toMatchObject({ heldOut: 6 - plan.overlap.length, overlap: [] })
    await engine.loadEvalData(file('held.json', 5), dataOptions)
    await expect(engine.planRun({ ...judged, eval_drop_overlap: true })).rejects.toMatchObject({
      code: 'eval-split-leaves-none',
      params: { rows: 5, left: 'held' },
    })
  })

  it('are those of a split, where the rows name theirs', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => ({
      instruction: `q${i}`,
      output: `a${i}`,
      split: i % 3 === 2 ? 'test' : 'train',
    }))
    const source = bytesSource('splits.json', new TextEncoder().encode(JSON.stringify(rows)))
    await engine.loadData({ kind: 'bytes', source }, dataOptions)
    model.curve = Array(9).fill(1)
    const run = parseRunFile({ ...judged, eval_split: 'test' }).run
    expect(await engine.planRun(run)).toMatchObject({ heldOut: 3 })
    await engine.train({ ...run, max_steps: 6 }, { runId: 'a' }, () => {})
    expect(model.trainer!.batches.flatMap((batch) => batch.rows).some((row) => row % 3 === 0)).toBe(false)
    await expect(engine.planRun({ ...run, eval_split: 'dev' })).rejects.toMatchObject({
      code: 'eval-split-unknown',
      params: { split: 'dev', splits: ['train', 'test'] },
    })
  })

  it('that are none are told, or refused where the run is to end by them', async () => {
    const events: TrainEvent[] = []
    await engine.train(judged, { runId: 'a' }, (event) => void events.push(event))
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'message', text: expect.objectContaining({ code: 'eval-no-rows' }) }),
    )
    const best = { ...judged, load_best_model_at_end: true }
    const refused = { code: 'eval-needs-rows', params: { field: 'load_best_model_at_end' } }
    await expect(engine.planRun(best)).rejects.toMatchObject(refused)
    await expect(engine.train(best, { runId: 'b' }, () => {})).rejects.toMatchObject(refused)
  })

  it('of a second file of another kind are refused, and so is one without a row', async () => {
    const text = bytesSource('text.jsonl', new TextEncoder().encode('{"text": "one"}\n{"text": "two"}\n'))
    await expect(engine.loadEvalData({ kind: 'bytes', source: text }, dataOptions)).rejects.toMatchObject({
      code: 'eval-other-format',
      params: { format: 'alpaca', eval_format: 'text' },
    })
    // Also where the data set is what changed.
    await engine.loadEvalData(file('held.json', 5), dataOptions)
    await engine.loadData({ kind: 'bytes', source: text }, dataOptions)
    const refused = { code: 'eval-other-format', params: { format: 'text', eval_format: 'alpaca' } }
    await expect(engine.planRun(judged)).rejects.toMatchObject(refused)
    await expect(engine.train(judged, { runId: 'a' }, () => {})).rejects.toMatchObject(refused)
  })
})

describe('a run that goes on', () => {
  it('judges, keeps and stops as if it had not been interrupted', async () => {
    const run = parseRunFile(
      {
        max_steps: 12,
        eval_split: 2,
        eval_steps: 2,
        eval_strategy: 'steps',
        load_best_model_at_end: true,
        save_steps: 3,
        early_stopping_patience: 3,
      },
      base,
    ).run
    // The third evaluation without a gain comes after step 10, two of them before the interruption.
    const curve = [2, 1.5, 1.6, 1.55, 1.58, 1.9]
    const play = async (place: MemoryPlace, from: number, options: object = {}) => {
      model.curve = curve
      ;(model as unknown as { seen: number }).seen = from
      const outcome = await engine.train(run, { runId: 'a', checkpoints: place, ...options }, (event) => {
        if (event.kind === 'step' && event.log.step === 7 && from === 0 && place.name === 'cut') engine.stop()
      })
      return { outcome, trained: trainedTo() }
    }
    const whole = await play(new MemoryPlace('whole'), 0)
    const place = new MemoryPlace('cut')
    const cut = (await play(place, 0)).outcome
    expect(cut.reason).toBe('stopped')
    const resumed = await play(place, cut.evaluations.length, { resumeFrom: place })
    const shape = ({ outcome, trained }: typeof whole) => ({
      steps: outcome.steps,
      best: outcome.best,
      judged: outcome.evaluations.map(({ step, eval_loss }) => [step, eval_loss]),
      trained,
    })
    expect(shape(resumed)).toEqual(shape(whole))
    expect(whole.outcome).toMatchObject({ steps: 10, best: { step: 4 } })
  })
})

describe('a run that is steered', () => {
  const run = {
    ...base,
    max_steps: 6,
    lr_scheduler_type: 'cosine' as const,
    save_strategy: 'steps' as const,
    save_steps: 2,
  }
  const rates = () => model.trainer!.options.map(({ lr }) => lr)

  it('changes from the next step on, says so, and is repeated by its history, from the beginning and from the middle', async () => {
    const events: TrainEvent[] = []
    const place = new MemoryPlace('out')
    const outcome = await engine.train(run, { runId: 'a', checkpoints: place }, (event) => {
      events.push(event)
      if (event.kind !== 'step') return
      if (event.log.step === 2) engine.steer({ learning_rate: 1e-3 })
      if (event.log.step === 4) engine.steer({ steps: 9 })
    })
    const { history } = outcome
    expect(history).toMatchObject([{ learning_rate: 1e-3 }, { steps: 9 }])
    expect(events.filter((event) => event.kind === 'steered')).toEqual([
      { kind: 'steered', steering: history[0], steps: 6 },
      { kind: 'steered', steering: history[1], steps: 9 },
    ])
    expect(outcome).toMatchObject({ steps: 9, reason: 'finished' })
    expect(outcome.trainerState).toMatchObject({ max_steps: 9, global_step: 9 })
    const seen = outcome.log.map(({ learning_rate }) => learning_rate)
    expect(run.history).toEqual([])

    const again = await engine.train(parseRunFile({ ...run, history }).run, { runId: 'b' }, () => {})
    expect(again.log.map(({ learning_rate }) => learning_rate)).toEqual(seen)
    expect(rates()).toEqual(seen)
    expect(again.history).toEqual(history)

    const resumed = await engine.train(run, { runId: 'a', checkpoints: place, resumeFrom: place }, () => {})
    expect(resumed.log.map(({ learning_rate }) => learning_rate)).toEqual(seen)
    expect(resumed.history).toEqual(history)
  })

  it('branches from a checkpoint into another run, which its own history repeats', async () => {
    const place = new MemoryPlace('out')
    await engine.train(run, { runId: 'a', checkpoints: place }, () => {})
    const from = {
      name: 'checkpoint-4',
      list: async () => [],
      open: (path: string) => place.open(`checkpoint-4/${path}`),
    }
    const branch = { learning_rate: 5e-5, steps: 8 }
    const outcome = await engine.train(run, { runId: 'b', resumeFrom: from, branch }, () => {})
    expect(outcome).toMatchObject({ steps: 8, history: [{ after: 4, ...branch }] })
    const again = await engine.train({ ...run, history: outcome.history }, { runId: 'c' }, () => {})
    expect(again.log.map(({ learning_rate }) => learning_rate)).toEqual(
      outcome.log.map(({ learning_rate }) => learning_rate),
    )
  })

  it.each([
    [[{ after: 1.5 }], 'run-field-invalid', 'history[0].after'],
    [[{ after: 1, rate: 2 }], 'run-unknown-fields', 'history[0].rate'],
    [[{ learning_rate: 2 }], 'run-field-invalid', 'history[0].after'],
    [{ after: 1 }, 'run-field-invalid', 'history'],
    [[3], 'run-not-an-object', 'history[0]'],
  ])('refuses a history of %j by name', (history, code, named) => {
    expect(() => parseRunFile({ history })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(named) }),
    )
  })
})

it('small sets are asked at each evaluation, stand in the log, and where one cannot be asked the run goes on', async () => {
  await engine.loadEvalData(file('held.json', 2), dataOptions)
  const suite = (name: string, score: string, items: object[]) =>
    readSuite(name, JSON.stringify({ format: 'tunetab-suite/1', name, score, items, max_new_tokens: 4 }))
  const sets = [
    suite('mine', 'text', [{ text: 'The ferry leaves at nine.' }, { text: 'It is windy.' }]),
    suite('asked', 'questions', [
      { prompt: 'q', answers: ['never said'] },
      { prompt: 'r', answers: ['nor this'] },
    ]),
  ]
  // By turns the held-out rows and the texts; the third time something breaks.
  model.curve = [4, 9, 3, 8, 2]
  model.answer = [40, 41]
  const judge = model.lossPerLine.bind(model)
  let asked = 0
  model.lossPerLine = async (batch) => {
    if (++asked === 6) throw new Error('no room')
    return judge(batch)
  }
  const wanted = parseRunFile({ eval_strategy: 'steps', eval_steps: 1, max_steps: 3 }, base).run
  const said: TrainEvent[] = []
  const outcome = await engine.train(wanted, { runId: 'a', sets, setsCache: 'f16' }, (event) => void said.push(event))
  expect(outcome.evaluations.map(({ step, eval_loss, scores }) => [step, eval_loss, scores])).toEqual([
    [1, 4, { mine_loss: 9, asked_right: 0 }],
    [2, 3, { mine_loss: 8, asked_right: 0 }],
    [3, 2, undefined],
  ])
  expect(new Set(model.caches)).toEqual(new Set(['f16']))
  const told = said.flatMap((event) => (event.kind === 'message' ? [event.text] : []))
  expect(told).toContainEqual(expect.objectContaining({ code: 'eval-sets-failed' }))
  const history = outcome.trainerState.log_history as Record<string, unknown>[]
  expect(history.filter((row) => 'eval_loss' in row).map((row) => row.eval_mine_loss)).toEqual([9, 8, undefined])
  expect(history.some((row) => 'scores' in row)).toBe(false)
})
