import { beforeEach, describe, expect, it } from 'vitest'
import { clientAsset } from '../../src/headless/client-asset'
import { createEngine } from '../../src/engine/core/core'
import type { Engine } from '../../src/engine/api/types'
import { bytesSource } from '../../src/formats/memory-folder'
import { filesFolder, fileSource } from '../../src/storage/files-folder'
import { nodeFile, nodeFolder } from '../../src/storage/node/node-folder'
import { recommendedRun } from '../../src/run-file/run-file'
import { fakeGpu } from '../helpers/fake-gpu'
import { FakeLanguageModel } from '../helpers/fake-language-model'
import { MemoryPlace } from '../helpers/memory-place'
import type { DataOptions } from '../../src/contracts/data'
import type { TrainEvent } from '../../src/contracts/events'

let engine: Engine
let model: FakeLanguageModel
let places: Map<string, MemoryPlace>
let events: TrainEvent[]

const answers = ['一', '二二', '三三三', '四', '五', '六']
const data = (texts = answers) => {
  const rows = texts.map((content, i) => ({
    messages: [
      { role: 'user', content: `问题 ${i}` },
      { role: 'assistant', content },
    ],
  }))
  return { kind: 'bytes' as const, source: bytesSource('mine.json', new TextEncoder().encode(JSON.stringify(rows))) }
}
const options: DataOptions = { max_length: 256, assistant_only_loss: true }
const run = {
  ...recommendedRun,
  per_device_train_batch_size: 1,
  gradient_accumulation_steps: 1,
  num_train_epochs: 1,
  lora: { ...recommendedRun.lora, r: 2, target_modules: ['o_proj' as const] },
}
const request = {
  messages: [{ role: 'user', content: 'hi' }],
  temperature: 0,
  top_p: 1,
  top_k: 0,
  seed: 0,
  max_new_tokens: 8,
  useAdapter: true,
}
const on = (event: TrainEvent) => void events.push(event)
const phases = () => events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []))

beforeEach(async () => {
  places = new Map()
  events = []
  engine = createEngine(
    {
      openGpu: async () => fakeGpu(),
      builtinModel: async () => nodeFolder('public/demo-model'),
      sample: (name) => nodeFile(`public/samples/${name}`),
      folderOfFiles: filesFolder,
      sourceOfFile: (file) => fileSource(file),
      asset: clientAsset,
      async checkpoints(runId) {
        const place = places.get(runId) ?? new MemoryPlace(runId)
        places.set(runId, place)
        return place
      },
    },
    async (_gpu, opened) => (model = new FakeLanguageModel(opened.config)),
  )
  await engine.loadModel({ kind: 'builtin' })
  await engine.loadData(data(), options)
})

it('a run stopped before its first step leaves no adapter and no loss', async () => {
  const outcome = await engine.train(run, { runId: 'a' }, (event) => {
    if (event.kind === 'adapter') engine.stop()
  })
  expect(outcome).toMatchObject({ reason: 'stopped', steps: 0, trainLoss: null })
  const history = outcome.trainerState.log_history as { train_loss: unknown }[]
  expect(history.at(-1)!.train_loss).toBeNull()
  expect(engine.adapter()).toBeNull()
  await expect(engine.export('peft', new MemoryPlace('out'))).rejects.toMatchObject({ code: 'engine-no-adapter' })
})

describe('checkpoints that nobody asked for', () => {
  it('are written at a pause and a stop, and the newest is gone on from', async () => {
    const first = await engine.train(run, { runId: 'a' }, (event) => {
      on(event)
      if (event.kind === 'adapter') engine.pause()
      if (event.kind === 'phase' && event.phase === 'paused') engine.resume()
    })
    expect(first.reason).toBe('finished')
    expect(phases()).toContain('paused')
    expect(events.filter((event) => event.kind === 'checkpoint')).toEqual([])

    const stopped = await engine.train(run, { runId: 'b' }, (event) => {
      on(event)
      if (event.kind === 'step' && event.log.step === 1) engine.pause()
      if (event.kind === 'phase' && event.phase === 'paused') {
        expect([...places.get('b')!.files.keys()].filter((path) => path.endsWith('run_state.json'))).toEqual([
          'checkpoint-2/run_state.json',
        ])
        engine.resume()
        engine.stop()
      }
    })
    expect(stopped).toMatchObject({ reason: 'stopped', steps: 2 })
    const kept = events.flatMap((event) => (event.kind === 'checkpoint' ? [event] : []))
    expect(kept.map(({ step }) => step)).toEqual([2])
    expect(kept[0].bytes).toBe([...places.get('b')!.files.values()].reduce((sum, bytes) => sum + bytes.length, 0))

    events = []
    const rest = await engine.train({ ...run, learning_rate: 99 }, { runId: 'b', resumeFrom: 'kept' }, on)
    expect(events[0]).toEqual({ kind: 'resumed', log: stopped.log, evaluations: [] })
    expect(rest.log.map((row) => row.learning_rate)).toEqual(first.log.map((row) => row.learning_rate))
    expect(rest).toMatchObject({ reason: 'finished', steps: 6 })
  })

  it('belong to their model and data', async () => {
    await engine.train(run, { runId: 'a' }, (event) => event.kind === 'step' && event.log.step === 1 && engine.stop())
    const state = places.get('a')!.files
    const path = [...state.keys()].find((name) => name.endsWith('run_state.json'))!
    const saved = JSON.parse(new TextDecoder().decode(state.get(path))) as { model: string }
    expect(saved.model).toMatch(/^sha256:[0-9a-f]{64}$/)
    // As an earlier version wrote it, so that it may be changed here: neither a manifest nor a word of one.
    const manifest = path.replace('run_state', 'manifest')
    state.delete(manifest)
    const write = (model: string) =>
      state.set(path, new TextEncoder().encode(JSON.stringify({ ...saved, model, version: undefined })))
    write('another')
    await expect(engine.train(run, { runId: 'a', resumeFrom: 'kept' }, on)).rejects.toMatchObject({
      code: 'train-other-model',
    })
    write(saved.model)
    await engine.loadData(data([...answers, '七']), options)
    await expect(engine.train(run, { runId: 'a', resumeFrom: 'kept' }, on)).rejects.toMatchObject({
      code: 'train-other-data',
    })
    await expect(engine.train(run, { runId: 'none', resumeFrom: 'kept' }, on)).rejects.toMatchObject({
      code: 'train-no-checkpoint',
    })
  })

  it('cost no run when they cannot be written', async () => {
    const full = new MemoryPlace('full')
    full.create = () => Promise.reject(new Error('disk full'))
    places.set('a', full)
    const outcome = await engine.train({ ...run, save_strategy: 'steps', save_steps: 2 }, { runId: 'a' }, on)
    expect(outcome).toMatchObject({ reason: 'finished', steps: 6 })
    const warnings = events.flatMap((event) =>
      event.kind === 'message' && typeof event.text !== 'string' ? [event.text] : [],
    )
    expect(warnings.map(({ code, params }) => [code, params.step, params.last])).toEqual([
      ['train-checkpoint-failed', 2, null],
      ['train-checkpoint-failed', 4, null],
    ])
    expect(warnings[0].message).toContain('disk full')
  })
})

describe('answers on the way', () => {
  it('are taken before, during and after the run, from the rows’ own beginnings, and change no number', async () => {
    const plain = await engine.train(run, { runId: 'a' }, () => {})
    const work = () => model.trainer!.events.filter((event) => !event.startsWith('end'))
    const trained = work()
    const [row] = await engine.previewRows(1, 1)
    model.answer = row.tokens.filter((token) => token.trained).map((token) => token.id)
    const outcome = await engine.train(run, { runId: 'b', answers: { rows: 2, every: 0.5, max_new_tokens: 8 } }, on)
    expect(outcome.log).toEqual(plain.log)
    expect(work()).toEqual(trained)
    const answers = events.flatMap((event) => (event.kind === 'answer' ? [event] : []))
    expect(answers.map(({ step, row: number }) => [step, number])).toEqual([
      [0, 2],
      [0, 5],
      [3, 2],
      [3, 5],
      [6, 2],
      [6, 5],
    ])
    expect(answers[0]).toMatchObject({ question: '问题 1', expected: '二二', text: '二二', cut: false })
    const first = row.tokens.findIndex((token) => token.trained)
    expect([...model.prompts[0]]).toEqual(row.tokens.slice(0, first).map((token) => token.id))
    expect(phases().filter((phase) => phase === 'answering')).toHaveLength(3)
  })

  it('cost no run when the model cannot answer beside it', async () => {
    model.answer = [5]
    model.pace = () => Promise.reject(new Error('out of memory'))
    const outcome = await engine.train(run, { runId: 'a', answers: { rows: 1, every: 0.5, max_new_tokens: 8 } }, on)
    expect(outcome).toMatchObject({ reason: 'finished', steps: 6 })
    const warnings = events.flatMap((event) =>
      event.kind === 'message' && typeof event.text !== 'string' ? [event.text] : [],
    )
    expect(warnings.map(({ code }) => code)).toEqual(['train-answers-failed'])
    expect(phases().filter((phase) => phase === 'answering')).toHaveLength(1)
  })

  it('begin rows that are trained whole with a part of them, and are cut by a stop', async () => {
    await engine.loadData(data(), { ...options, assistant_only_loss: false })
    model.answer = [5, 6, 7]
    model.pace = async () => void engine.stop()
    const outcome = await engine.train(run, { runId: 'a', answers: { rows: 1, every: 1, max_new_tokens: 8 } }, on)
    expect(outcome.steps).toBe(0)
    const [answer] = events.flatMap((event) => (event.kind === 'answer' ? [event] : []))
    expect(answer.cut).toBe(true)
    expect(model.prompts[0].length).toBeGreaterThan(0)
    const [row] = await engine.previewRows(3, 1)
    expect([...model.prompts[0]]).toEqual(row.tokens.slice(0, model.prompts[0].length).map((token) => token.id))
  })
})

describe('a search for a learning rate', () => {
  it('trains a copy at rates that grow, and leaves the adapter as it was', async () => {
    await engine.train(run, { runId: 'a' }, on)
    const { lora, pairs } = model
    const told: number[] = []
    const range = { from: 1e-5, to: 1e-1, steps: 24 }
    const search = await engine.findRate(run, { range }, ({ learning_rate }, step) => told.push(step * learning_rate))
    expect(model.trainer!.options.map(({ lr }) => lr)).toEqual(search.points.map((point) => point.learning_rate))
    expect(search.points).toHaveLength(24)
    expect(told).toEqual(search.points.map(({ learning_rate }, i) => (i + 1) * learning_rate))
    expect(search).toMatchObject({ ended: 'finished', reason: { kind: 'valley', rises: null } })
    expect(model.trainer!.events.at(-1)).toBe('destroy')
    expect([model.lora, model.pairs]).toEqual([lora, pairs])
  })

  it('ends when it is asked to, with what it has seen, and leaves no adapter where there was none', async () => {
    const ends = new AbortController()
    const search = await engine.findRate(run, {}, (_, step) => step === 5 && ends.abort(), ends.signal)
    expect(search).toMatchObject({ ended: 'stopped', suggestion: null, reason: { kind: 'short' } })
    expect(search.points).toHaveLength(5)
    expect(model.lora).toBeNull()
  })
})

describe('while a run is paused', () => {
  it('its adapter answers; going on ends the answer', async () => {
    model.answer = [7, 8, 9]
    let answered: unknown
    const outcome = await engine.train(run, { runId: 'a' }, (event) => {
      on(event)
      if (event.kind === 'step' && event.log.step === 1) engine.pause()
      if (event.kind !== 'phase' || event.phase !== 'paused') return
      expect(engine.adapter()).toMatchObject({ lora: { r: 2 } })
      answered = (async () => {
        // The event comes when the loop is about to wait.
        await Promise.resolve()
        const whole = await engine.generate(request, () => {})
        model.pace = async () => engine.resume()
        const cut = await engine.generate(request, () => {})
        return [whole.token_ids, cut.token_ids, cut.finish]
      })()
    })
    expect(outcome.reason).toBe('finished')
    expect(await answered).toEqual([[7, 8, 9], [], 'cancelled'])
    await expect(engine.generate(request, () => {})).resolves.toMatchObject({ token_ids: [7, 8, 9] })
  })

  it('running, it refuses', async () => {
    const running = engine.train(run, { runId: 'a' }, on)
    await expect(engine.generate(request, () => {})).rejects.toMatchObject({
      code: 'engine-busy',
      params: { task: 'train' },
    })
    await running
  })
})
