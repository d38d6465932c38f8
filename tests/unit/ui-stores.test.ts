import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Engine, TrainOutcome } from '../../src/engine/api/types'
import { fail } from '../../src/errors'
import { collectBlobs, readBlobs, writeToBoth } from '../../src/state/blob-folder'
import { differingFields } from '../../src/state/config-diff'
import { isAbort, serializeError } from '../../src/state/failure'
import { understand } from '../../src/state/intake'
import { createLatest } from '../../src/state/latest'
import { fileStem, runName } from '../../src/state/names'
import { createNotices } from '../../src/state/notices'
import { createPrefs } from '../../src/state/prefs'
import { roomOfHash, sharedRunOfHash } from '../../src/state/router'
import type { RunRecord } from '../../src/state/run-record'
import { createRunsRoom } from '../../src/state/runs-room'
import { answersOnTheWay } from '../../src/state/answers-on-the-way'
import { createTrainRoom } from '../../src/state/train-room'
import { recommendedRun } from '../../src/run-file/run-file'
import { memoryArchive } from '../helpers/memory-archive'
import type { TrainEvent } from '../../src/contracts/events'

afterEach(() => vi.useRealTimers())

test('addresses name rooms', () => {
  expect(roomOfHash('#/train')).toBe('train')
  expect(roomOfHash('#Export/')).toBe('export')
  expect(roomOfHash('#/train?run=x')).toBe('train')
  expect(roomOfHash('#/nowhere')).toBeNull()
  expect(roomOfHash('')).toBeNull()
})

test('a link carries a run file there and back', () => {
  const hash = `#/train?run=${encodeURIComponent(JSON.stringify({ learning_rate: 1e-3, lora: { r: 4 } }))}`
  expect(sharedRunOfHash(hash)).toEqual({ learning_rate: 1e-3, lora: { r: 4 } })
  expect(sharedRunOfHash('#/train?run=%7Bbroken')).toBeNull()
  expect(sharedRunOfHash('#/train')).toBeNull()
})

describe('what a drop means', () => {
  const file = (path: string, text = '') => ({ path, file: new Blob([text]) })
  test.each([
    ['model', [file('config.json', '{}'), file('model.safetensors')]],
    ['adapter', [file('adapter_config.json', '{}'), file('adapter_model.safetensors')]],
    ['zip', [file('x.zip')]],
    ['run', [file('run.json', '{"learning_rate": 1e-4}')]],
    ['run', [file('run.json', '{"seed": 1, "max_length": 512}')]],
    ['run', [file('run.json', '{"lora_r": 8}')]],
    ['data', [file('rows.json', '{"seed": 1, "data": [{"instruction": "a", "output": "b"}]}')]],
    ['data', [file('rows.json', '{"toString": 1}')]],
    ['data', [file('rows.json', '[{"instruction": "a", "output": "b"}]')]],
    ['data', [file('rows.jsonl', '{"learning_rate": 1}\n{"learning_rate": 2}')]],
    ['data', [file('broken.json', '{"learning_rate": ')]],
    ['data', [file('table.csv', 'a,b')]],
  ])('%s', async (meaning, files) => {
    expect(await understand(files)).toBe(meaning)
  })
})

describe('latest', () => {
  test('a later job cancels the earlier one and begins after it has let go', async () => {
    const latest = createLatest()
    const seen: string[] = []
    const first = latest.run(async (signal, isCurrent) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, 5)))
      seen.push(`first ${isCurrent()}`)
    })
    await Promise.resolve()
    await new Promise((resolve) => setTimeout(resolve, 1))
    const second = latest.run(async (_signal, isCurrent) => void seen.push(`second ${isCurrent()}`))
    await Promise.all([first, second])
    expect(seen).toEqual(['first false', 'second true'])
  })
  test('a job that was overtaken before it began never begins', async () => {
    const latest = createLatest()
    const seen: number[] = []
    await Promise.all([1, 2, 3].map((n) => latest.run(async () => void seen.push(n))))
    expect(seen).toEqual([3])
  })
})

test('names: of files, and the first that is free', () => {
  expect(fileStem('clinic data.jsonl')).toBe('clinic-data')
  expect(fileStem('a/b:c.json')).toBe('a-b-c')
  expect(fileStem('门诊.json')).toBe('门诊')
  expect(fileStem('...')).toBe('...')
  expect(runName('x', [{ name: 'x' }, { name: 'x 2' }])).toBe('x 3')
})

test('preferences are kept, and a broken store is no obstacle', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  }
  createPrefs(storage as unknown as Storage, ['zh-CN']).setState({ smoothing: 0.9 })
  const again = createPrefs(storage as unknown as Storage, ['en']).getState()
  expect(again.smoothing).toBe(0.9)
  expect(again.language).toBe('zh-CN')
  kept.set('tunetab.prefs', '{"sampleEvery":0.1}')
  const earlier = createPrefs(storage as unknown as Storage, ['en']).getState()
  expect(earlier).toMatchObject({ answerEvery: 0.1, smoothing: 0.6 })
  kept.set('tunetab.prefs', '{')
  expect(createPrefs(storage as unknown as Storage, ['en']).getState().language).toBe('en')
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('', 'QuotaExceededError')
    },
  }
  const unkept = createPrefs(full as unknown as Storage, ['en'])
  const said: string[] = []
  unkept.whenRefused(({ code }) => said.push(code))
  unkept.setState({ smoothing: 0.1 })
  unkept.setState({ smoothing: 0.2 })
  expect([unkept.getState().smoothing, said]).toEqual([0.2, ['storage-full']])
  expect(createPrefs(null, ['en']).getState().theme).toBe('auto')
  const strange = {
    theme: 'pink',
    smoothing: null,
    xAxis: 'moons',
    pinnedPrompts: {},
    hubEndpoint: 'x',
    level: 7,
    logScale: true,
  }
  kept.set('tunetab.prefs', JSON.stringify(strange))
  const mended = createPrefs(storage as unknown as Storage, ['en']).getState()
  expect(mended).toEqual({ ...createPrefs(null, ['en']).getState(), logScale: true })
})

test('errors keep their code; cancelling is none', () => {
  expect(serializeError(fail('engine-no-model', {})).code).toBe('engine-no-model')
  expect(serializeError(new Error('x'))).toEqual({ code: 'unexpected', params: {}, message: 'x' })
  expect(isAbort(new DOMException('', 'AbortError'))).toBe(true)
  const notices = createNotices()
  notices.fail(new DOMException('', 'AbortError'))
  expect(notices.store.getState().list).toEqual([])
})

test('a browser without room is said once, whichever store met it first', () => {
  const notices = createNotices()
  const shown = () => notices.store.getState().list.map(({ error }) => error?.code)
  for (const path of ['hub', 'checkpoints', 'run']) notices.fail(fail('storage-full', { path }))
  expect(shown()).toEqual(['browser-full'])
  // The run that is not kept says so, too, with its button.
  notices.offer(fail('run-unkept', { name: 'a' }), { label: 'export.downloadAdapter', perform: () => {} })
  notices.fail(fail('storage-full', { path: 'visit' }))
  expect(shown()).toEqual(['run-unkept'])
})

test('the same words stand once, and go when the person tries again', () => {
  const notices = createNotices()
  const shown = () => notices.store.getState().list.map(({ text, error }) => error?.code ?? text?.key)
  notices.fail(fail('run-in-other-tab', { name: 'a' }))
  notices.fail(fail('engine-no-model', {}))
  notices.fail(fail('run-in-other-tab', { name: 'a' }))
  notices.fail(fail('run-in-other-tab', { name: 'b' }))
  expect(shown()).toEqual(['engine-no-model', 'run-in-other-tab', 'run-in-other-tab'])
  notices.say('runs.wasInterrupted', { name: 'a', step: 1, steps: 2 })
  notices.clear('run')
  expect(shown()).toEqual(['engine-no-model', 'runs.wasInterrupted'])
  notices.fail(new Error('x'))
  notices.clear('runs')
  expect(shown()).toEqual(['engine-no-model'])
})

test('blobs are collected piece by piece, read back and copied to two places', async () => {
  const first = collectBlobs()
  const second = collectBlobs()
  const sink = await writeToBoth(first, second).create('a/b.bin')
  const chunk = new Uint8Array([1, 2])
  await sink.write(chunk)
  chunk.fill(9) // a writer may use its buffer again
  await sink.write(new Uint8Array([3]))
  await sink.close()
  for (const { files } of [first, second]) {
    const folder = readBlobs('x', files)
    expect(await folder.list()).toEqual([{ path: 'a/b.bin', size: 3 }])
    expect([...(await (await folder.open('a/b.bin'))!.read(1, 2))]).toEqual([2, 3])
  }
  expect(await readBlobs('x', first.files).open('nothing')).toBeNull()
})

test('only what differs between run files is named', () => {
  const other = { ...recommendedRun, seed: 7, lora: { ...recommendedRun.lora, r: 4 } }
  expect(differingFields([recommendedRun, other])).toEqual([
    { field: 'seed', values: [String(recommendedRun.seed), '7'] },
    { field: 'lora.r', values: [String(recommendedRun.lora.r), '4'] },
  ])
  expect(differingFields([recommendedRun, recommendedRun])).toEqual([])
})

describe('runs', () => {
  const record = (id: string, startedAt: number): RunRecord => ({
    id,
    name: id,
    startedAt,
    model: { id: 'm', name: 'm', source: 'builtin' },
    data: { name: 'd', rows: 1 },
    run: recommendedRun,
    curve: [],
    reason: 'finished',
    steps: 1,
    seconds: 1,
    trainLoss: 1,
    trainerState: {},
    adapterBytes: 0,
    mergedBytes: 0,
  })
  test('newest first; deleting is undone by the notice, or final at the next visit', async () => {
    const archive = memoryArchive()
    const notices = createNotices()
    const runs = createRunsRoom(archive, notices)
    await runs.open()
    await runs.put(record('old', 1))
    await runs.put(record('new', 2))
    const ids = () => runs.store.getState().list?.map(({ id }) => id)
    expect(ids()).toEqual(['new', 'old'])

    await runs.remove('old')
    expect(ids()).toEqual(['new'])
    notices.store.getState().list.at(-1)!.button!.perform()
    await vi.waitFor(() => expect(ids()).toEqual(['new', 'old']))

    await runs.remove('old')
    const nextVisit = createRunsRoom(archive, notices)
    await nextVisit.open()
    expect(nextVisit.store.getState().list?.map(({ id }) => id)).toEqual(['new'])
    expect(archive.kept.has('old')).toBe(false)
  })

  test('tags are written between commas and kept once each', async () => {
    const runs = createRunsRoom(memoryArchive(), createNotices())
    await runs.put(record('a', 1))
    await runs.tag('a', ' clinic, ，first、clinic,')
    expect(runs.find('a')?.tags).toEqual(['clinic', 'first'])
    await runs.tag('a', '')
    expect(runs.find('a')?.tags).toEqual([])
  })

  test('files kept later are counted with the run', async () => {
    const runs = createRunsRoom(memoryArchive(), createNotices())
    await runs.put(record('a', 1))
    await runs.keepFiles('a', 'merged', [{ path: 'x', blob: new Blob(['12345']) }], 7)
    expect(runs.find('a')).toMatchObject({ mergedBytes: 5, mergedStep: 7 })
  })
})

describe('train room', () => {
  const step = (n: number): TrainEvent => ({
    kind: 'step',
    log: { step: n, epoch: n / 10, loss: 4 / n, grad_norm: 1, learning_rate: 1e-3, num_tokens: n * 8 },
    steps: 1000,
    tokensPerSecond: 5,
    etaSeconds: 1,
    gpuBytes: 1,
    stepSeconds: 0.1,
  })
  const start = { runId: 'id', options: {}, onAdapter: () => {}, onCheckpoint: () => {}, onFirstStep: () => {} }
  const outcome: TrainOutcome = {
    reason: 'finished',
    log: [],
    steps: 1000,
    seconds: 1,
    trainLoss: 1,
    evaluations: [],
    history: [],
    best: null,
    trainerState: {},
  }

  test('a thousand quick steps reach listeners a handful of times, and the last is never lost', async () => {
    const engine = {
      async train(_run: unknown, _options: unknown, on: (event: TrainEvent) => void) {
        on({ kind: 'phase', phase: 'training', step: 0, steps: 1000 })
        for (let n = 1; n <= 1000; n++) on(step(n))
        return outcome
      },
    } as unknown as Engine
    const room = createTrainRoom(engine)
    let heard = 0
    room.store.subscribe(() => heard++)
    expect(await room.train(start)).toBe(outcome)
    room.finish(outcome)
    expect(room.points().length).toBe(1000)
    expect(room.store.getState()).toMatchObject({ step: 1000, version: 1000, phase: 'done', outcome })
    expect(heard).toBeLessThan(12)
  })

  test('a failure leaves the curve and tells the reason', async () => {
    const engine = {
      async train(_run: unknown, _options: unknown, on: (event: TrainEvent) => void) {
        on(step(1))
        throw fail('engine-no-data', {})
      },
    } as unknown as Engine
    const room = createTrainRoom(engine)
    expect(await room.train(start)).toBeNull()
    expect(room.store.getState().error?.code).toBe('engine-no-data')
    expect(room.store.getState().phase).toBe('idle')
    expect(room.points().length).toBe(1)
  })

  test('the plan counts the answers that the person wants on the way', async () => {
    const asked: unknown[] = []
    const engine = { planRun: async (...args: unknown[]) => void asked.push(args[1]) } as unknown as Engine
    let answerEvery = 0.25
    const room = createTrainRoom(engine, () => answersOnTheWay({ answerEvery }, 'f16'))
    await room.plan(true)
    answerEvery = 0
    await room.plan(true)
    expect(asked).toEqual([{ rows: 2, every: 0.25, max_new_tokens: 40, kv_dtype: 'f16' }, undefined])
  })

  test('a preset fills in only while nobody has chosen', () => {
    const room = createTrainRoom({} as Engine)
    room.suggest({ ...recommendedRun, seed: 1 })
    expect(room.store.getState().run.seed).toBe(1)
    room.setRun({ ...recommendedRun, seed: 2 })
    room.suggest({ ...recommendedRun, seed: 3 })
    expect(room.store.getState().run.seed).toBe(2)
  })
})
