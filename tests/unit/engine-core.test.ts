import { beforeEach, describe, expect, it, vi } from 'vitest'
import { clientAsset } from '../../src/headless/client-asset'
import { createEngine } from '../../src/engine/core/core'
import type { Platform } from '../../src/engine/core/platform'
import type { Engine } from '../../src/engine/api/types'
import { bytesSource, MemoryFolder } from '../../src/formats/memory-folder'
import { nodeFile, nodeFolder } from '../../src/storage/node/node-folder'
import { filesFolder, fileSource } from '../../src/storage/files-folder'
import { recommendedRun } from '../../src/run-file/run-file'
import { fakeGpu } from '../helpers/fake-gpu'
import { FakeLanguageModel } from '../helpers/fake-language-model'
import type { DataOptions } from '../../src/contracts/data'
import type { TrainEvent } from '../../src/contracts/events'

// Nothing is computed on the pretend device.
vi.mock('../../src/engine/core/tune-device', async (original) => ({
  ...(await original<object>()),
  tuneDevice: async () => null,
}))

let engine: Engine
let model: FakeLanguageModel
let loads: { loadIn4bit: boolean; doubleQuant: boolean }[]
let loseDevice: (reason: string) => void
let devices: number

const platform: Platform = {
  async openGpu() {
    devices++
    const lost = new Promise<string>((resolve) => (loseDevice = resolve))
    return fakeGpu(lost)
  },
  builtinModel: async () => nodeFolder('public/demo-model'),
  sample: (name) => nodeFile(`public/samples/${name}`),
  folderOfFiles: filesFolder,
  sourceOfFile: (file) => fileSource(file),
  asset: clientAsset,
}
const rows = (...answers: string[]) => {
  const text = JSON.stringify(
    answers.map((content) => ({
      messages: [
        { role: 'user', content: '你好' },
        { role: 'assistant', content },
      ],
    })),
  )
  return { kind: 'bytes' as const, source: bytesSource('mine.json', new TextEncoder().encode(text)) }
}
const options: DataOptions = { max_length: 256, assistant_only_loss: true }
const run = { ...recommendedRun, per_device_train_batch_size: 1, gradient_accumulation_steps: 2, num_train_epochs: 2 }
const lora = { ...recommendedRun.lora, r: 2, target_modules: ['o_proj' as const] }
const request = {
  messages: [{ role: 'user', content: 'hi' }],
  temperature: 0,
  top_p: 1,
  top_k: 0,
  seed: 0,
  max_new_tokens: 8,
  useAdapter: true,
}

beforeEach(() => {
  loads = []
  devices = 0
  engine = createEngine(platform, async (_gpu, opened, on, _signal, choices) => {
    on({ tensor: 'x', bytesDone: 1, bytesTotal: 2 })
    loads.push(choices)
    return (model = new FakeLanguageModel(opened.config))
  })
})

describe('engine', () => {
  it('says what is missing', async () => {
    await expect(engine.loadData(rows('a'), options)).rejects.toMatchObject({ code: 'engine-no-model' })
    await expect(engine.generate(request, () => {})).rejects.toMatchObject({ code: 'engine-no-model' })
    await engine.loadModel({ kind: 'builtin' })
    await expect(engine.train(run, { runId: 'a' }, () => {})).rejects.toMatchObject({ code: 'engine-no-data' })
    await expect(engine.export('peft', new MemoryFolder('out'))).rejects.toMatchObject({ code: 'engine-no-adapter' })
    await expect(engine.loadModel({ kind: 'hub', endpoint: '', id: 'a/b', revision: 'main' })).rejects.toMatchObject({
      code: 'engine-no-hub',
    })
  })

  it('loads a model and describes it', async () => {
    const phases: string[] = []
    const card = await engine.loadModel({ kind: 'builtin' }, (p) => phases.push(p.phase))
    expect(card).toMatchObject({ id: 'builtin', source: 'builtin', family: 'qwen2', supportsTools: true })
    expect(engine.model()).toEqual(card)
    expect(phases).toContain('quantize')
    expect(loads).toEqual([{ loadIn4bit: true, doubleQuant: true }])
    const first = model
    await engine.loadModel({ kind: 'builtin' }, undefined, undefined, {
      ...recommendedRun.quantization,
      bnb_4bit_use_double_quant: false,
    })
    expect(first.destroyed).toBe(true)
    expect(loads[1].doubleQuant).toBe(false)
  })

  it('previews the collator’s own labels', async () => {
    await engine.loadModel({ kind: 'builtin' })
    const summary = await engine.loadData(rows('三个字', 'ok'), options)
    expect(summary.rowsKept).toBe(2)
    const [row] = await engine.previewRows(0, 1)
    expect(
      row.tokens
        .filter((t) => t.trained)
        .map((t) => t.text)
        .join(''),
    ).toContain('三个字')
    expect(row.tokens.some((t) => t.special && t.trained)).toBe(true)
    expect(row.tokens[0].trained).toBe(false)
    const ids = []
    for await (const { inputIds } of engine.tokenRows()) ids.push(inputIds.length)
    expect(ids).toEqual([row.tokens.length, expect.any(Number)])
  })

  it('plans what it then does, and tells it as transformers would', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a', 'bb', 'ccc'), options)
    const plan = await engine.planRun({ ...run, lora })
    expect(plan).toMatchObject({ steps: 4, stepsPerEpoch: 2, adapterParameters: 12 })
    expect(plan.memory).toEqual([{ kind: 'base', bytes: 1000 }])
    const events: TrainEvent[] = []
    const outcome = await engine.train({ ...run, lora, logging_steps: 2 }, { runId: 'a' }, (event) =>
      events.push(event),
    )
    expect(outcome).toMatchObject({ reason: 'finished', steps: 4 })
    expect(outcome.log.map((row) => row.epoch)).toEqual([2 / 3, 1, 1 + 2 / 3, 2])
    expect(outcome.log.at(-1)!.num_tokens).toBe(plan.tokens)
    expect(events.filter((e) => e.kind === 'step')).toHaveLength(4)
    expect(events.flatMap((e) => (e.kind === 'phase' ? [e.phase] : []))).toEqual([
      'preparing',
      'compiling',
      'training',
      'done',
    ])
    const history = outcome.trainerState.log_history as Record<string, number>[]
    expect(history).toHaveLength(3)
    expect(history[0]).toMatchObject({ step: 2, loss: (1.99 + 1.98) / 2 })
    expect(history[2].train_loss).toBeCloseTo(outcome.trainLoss!, 12)
    expect(outcome.trainerState).toMatchObject({ global_step: 4, max_steps: 4, num_train_epochs: 2, epoch: 2 })
    expect(model.attachments).toEqual(['random'])
    expect(model.trainer!.events.at(-1)).toBe('destroy')
    expect(engine.adapter()).toMatchObject({ lora })
  })

  it('plans the memory of answers on the way with the run, as long as they then are', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a', 'bb', 'ccc'), options)
    const answers = { rows: 2, every: 0.5, max_new_tokens: 7, kv_dtype: 'f16' as const }
    const plan = await engine.planRun({ ...run, lora }, answers)
    await engine.train({ ...run, lora }, { runId: 'a', answers }, () => {})
    const tokens = Math.max(...model.prompts.map(({ length }) => length)) + 7
    expect(plan.memory.at(-1)).toEqual({ kind: 'answers', bytes: 100, answers: { lines: 2, tokens, cache: 'f16' } })
    expect(new Set(model.caches)).toEqual(new Set(['f16']))
    expect(plan.peakBytes).toBe(1100)
  })

  it('plans a million steps as quickly as two, whole epochs and the rest of one', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a', 'bb', 'ccc'), options)
    const plan = (max_steps: number) => engine.planRun({ ...run, lora, max_steps })
    const [one, two, five] = [await plan(1), await plan(2), await plan(5)]
    expect(five.tokens).toBeGreaterThan(2 * two.tokens)
    // Which rows the first step of an epoch has depends on its order; the second step has the others.
    expect((await plan(4)).trainedTokens).toBe(2 * two.trainedTokens)
    expect(one.tokens).toBeLessThan(two.tokens)
    const began = performance.now()
    expect((await plan(1_000_000)).tokens).toBe(500_000 * two.tokens)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('stops and keeps what was learnt', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a', 'b', 'c', 'd', 'e', 'f'), options)
    const outcome = await engine.train({ ...run, lora }, { runId: 'a' }, (event) => {
      if (event.kind === 'step' && event.log.step === 2) engine.stop()
    })
    expect(outcome.reason).toBe('stopped')
    expect(outcome.steps).toBeLessThan(6)
    expect(engine.adapter()).not.toBeNull()
  })

  it('writes an adapter that it reads back, and goes on from it', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a', 'b'), options)
    await engine.train({ ...run, lora }, { runId: 'a' }, () => {})
    const out = new MemoryFolder('adapter')
    const files = await engine.export('peft', out, { facts: { runName: 'try', run } })
    expect(files.map((file) => file.path)).toEqual(
      expect.arrayContaining([
        'adapter_config.json',
        'adapter_model.safetensors',
        'tokenizer.json',
        'chat_template.jinja',
        'README.md',
      ]),
    )
    await engine.removeAdapter()
    expect(engine.adapter()).toBeNull()
    const card = await engine.loadAdapter(out)
    expect(card.lora).toMatchObject({ r: 2, target_modules: ['o_proj'] })
    await engine.train(
      { ...run, lora: { ...card.lora, lora_dropout: 0.5 } },
      { runId: 'b', continueAdapter: true },
      () => {},
    )
    expect(model.attachments).toEqual(['random', 'pairs', 'pairs'])
    expect(model.lora!.lora_dropout).toBe(0.5)
  })

  it('gives each row its own loss in the order of the file', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a much longer answer than the other one', 'b', 'c d'), options)
    const result = await engine.evaluate({ useAdapter: false, batchSize: 2 })
    expect(result.per_row.map((row) => row.row)).toEqual([1, 2, 3])
    for (const row of result.per_row) expect(row.loss).toBe(row.num_trained_tokens)
    const total = result.per_row.reduce((sum, row) => sum + row.loss * row.num_trained_tokens, 0)
    expect(result.loss).toBeCloseTo(total / result.num_trained_tokens, 12)
    await engine.loadData(
      { kind: 'bytes', source: bytesSource('none.json', new TextEncoder().encode('[{"messages": []}]')) },
      options,
    )
    await expect(engine.evaluate({ useAdapter: false })).rejects.toMatchObject({ code: 'train-no-rows' })
  })

  it('streams an answer, ends at a stop token, and queues a second one', async () => {
    await engine.loadModel({ kind: 'builtin' })
    const [row] = await engine.loadData(rows('好的'), options).then(() => engine.previewRows(0, 1))
    const at = row.tokens.findIndex((token) => token.text.includes('好的'[0]) && token.trained)
    model.answer = row.tokens.slice(at).map((token) => token.id)
    const seen: string[] = []
    const [first, second] = await Promise.all([
      engine.generate(request, (text) => seen.push(text)),
      engine.generate({ ...request, max_new_tokens: 1 }, () => {}),
    ])
    expect(first).toMatchObject({ text: '好的', finish: 'stop' })
    expect(seen.at(-1)).toBe('好的')
    expect(second.finish).toBe('length')
  })

  it('answers a question that was asked while a model loads with the new one', async () => {
    await engine.loadModel({ kind: 'builtin' })
    const first = model
    const loading = engine.loadModel({ kind: 'builtin' })
    const answer = engine.generate(request, () => {})
    await Promise.all([loading, answer])
    expect(model).not.toBe(first)
    expect([first.prompts.length, model.prompts.length]).toEqual([0, 1])
  })

  it('drops data that was cut up by the tokenizer of a model that is gone', async () => {
    await engine.loadModel({ kind: 'builtin' })
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const bytes = new TextEncoder().encode('[{"instruction": "a", "output": "b"}]')
    const inner = bytesSource('slow.json', bytes)
    const slow = { ...inner, read: async (offset: number, length: number) => (await held, inner.read(offset, length)) }
    const reading = engine.loadData({ kind: 'bytes', source: slow }, options)
    reading.catch(() => {})
    await engine.loadModel({ kind: 'builtin' })
    release()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
    await expect(engine.planRun({ ...run, lora })).rejects.toMatchObject({ code: 'engine-no-data' })
  })

  it('opens one device for two who ask at once', async () => {
    await Promise.all([engine.gpu().catch(() => {}), engine.loadModel({ kind: 'builtin' })])
    expect(devices).toBe(1)
  })

  it('lets go of what evaluates with the kernels of before once they were timed', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.tune()
    expect(model.evaluatorsDropped).toBe(1)
  })

  it('refuses work that cannot go beside a run', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a', 'b'), options)
    const running = engine.train({ ...run, lora }, { runId: 'a' }, () => {})
    await expect(engine.generate(request, () => {})).rejects.toMatchObject({
      code: 'engine-busy',
      params: { task: 'train' },
    })
    await expect(engine.loadModel({ kind: 'builtin' })).rejects.toMatchObject({ code: 'engine-busy' })
    await running
    await engine.generate(request, () => {})
  })

  it('refuses a run that wants another base', async () => {
    await engine.loadModel({ kind: 'builtin' })
    await engine.loadData(rows('a'), options)
    const other = { ...run, lora, quantization: { ...run.quantization, load_in_4bit: false } }
    await expect(engine.train(other, { runId: 'a' }, () => {})).rejects.toMatchObject({
      code: 'engine-quantization-differs',
    })
  })

  it('says when the device is lost, and opens another for the next model', async () => {
    await engine.loadModel({ kind: 'builtin' })
    model.answer = [1, 2, 3]
    model.pace = () => new Promise(() => {})
    const waiting = engine.generate(request, () => {})
    await new Promise((resolve) => setTimeout(resolve, 5))
    loseDevice('driver reset')
    await expect(waiting).rejects.toMatchObject({ code: 'gpu-lost', params: { reason: 'driver reset' } })
    expect(engine.model()).toBeNull()
    await engine.loadModel({ kind: 'builtin' })
    expect(devices).toBe(2)
  })

  it('says that the device is lost also where what waits on it fails first', async () => {
    await engine.loadModel({ kind: 'builtin' })
    model.answer = [1, 2, 3]
    model.pace = async () => {
      setTimeout(() => loseDevice('driver reset'), 20)
      throw new DOMException('mapAsync: the buffer was unmapped', 'AbortError')
    }
    await expect(engine.generate(request, () => {})).rejects.toMatchObject({ code: 'gpu-lost' })
  })
})
