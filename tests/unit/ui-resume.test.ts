import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { Engine, ModelCard, TrainOptions, TrainOutcome } from '../../src/engine/api/types'
import { fail } from '../../src/errors'
import { collectBlobs } from '../../src/state/blob-folder'
import { createPrefs } from '../../src/state/prefs'
import type { Room, Router } from '../../src/state/router'
import type { RunRecord } from '../../src/state/run-record'
import { canResume, handoverStep } from '../../src/state/run-record'
import type { Studio } from '../../src/state/studio'
import { createStudio } from '../../src/state/studio'
import type { RunFile } from '../../src/run-file/run-file'
import { fileDefaults } from '../../src/run-file/run-file'
import { createFakeEngine } from '../helpers/fake-engine'
import { memoryArchive } from '../helpers/memory-archive'
import { memoryVisits } from '../helpers/memory-visits'
import type { DataOptions } from '../../src/contracts/data'
import type { LogRow } from '../../src/contracts/figures'
import type { TrainEvent } from '../../src/contracts/events'

const STEPS = 6
const row = (step: number): LogRow => ({
  step,
  epoch: step / STEPS,
  loss: 3 - step / 10,
  grad_norm: 1,
  learning_rate: 1e-3,
  num_tokens: step * 8,
})
const samples = [{ file: 'one.json', title: { en: 'One', zh: '一' }, description: { en: '', zh: '' }, rows: 9 }]

let archive: ReturnType<typeof memoryArchive>
/** What `train` was asked, and what a test lets it do. */
let asked: { run: RunFile; options: TrainOptions }[]
let play: (on: (event: TrainEvent) => void, options: TrainOptions) => Promise<TrainOutcome>
let loaded: string[]
/** Answers on the way that the last plan counted. */
let plannedAnswers: TrainOptions['answers']
/** What visits leave behind, and the file that a person gives when asked. */
let visits: ReturnType<typeof memoryVisits>
let given: File | null
/** Downloads. */
let saved: string[]
/** The GPU took the model with it. */
let gone: boolean

beforeEach(() => {
  archive = memoryArchive()
  asked = []
  loaded = []
  saved = []
  visits = memoryVisits()
  given = null
  gone = false
  play = async (on, options) => {
    const past = options.resumeFrom ? [1, 2, 3] : []
    if (past.length > 0) on({ kind: 'resumed', log: past.map(row), evaluations: [] })
    on({ kind: 'phase', phase: 'training', step: past.length, steps: STEPS })
    for (let step = past.length + 1; step <= STEPS; step++) {
      on({
        kind: 'step',
        log: row(step),
        steps: STEPS,
        tokensPerSecond: 5,
        etaSeconds: 1,
        gpuBytes: 1,
        stepSeconds: 0.1,
      })
      if (step === 3) {
        archive.steps.set(options.runId, [3])
        on({ kind: 'checkpoint', step, bytes: 100 })
      }
    }
    return {
      reason: 'finished',
      log: Array.from({ length: STEPS }, (_, i) => row(i + 1)),
      steps: STEPS,
      seconds: 1,
      trainLoss: 2,
      evaluations: [],
      history: [],
      best: null,
      trainerState: {},
    }
  }
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ license: 'CC0-1.0', samples })))
})
afterEach(() => void vi.unstubAllGlobals())

/** A visit to the page, as far as the stores go. */
async function visit(language = 'en') {
  const studio = studioOf(language)
  await studio.begin(null)
  return studio
}
function studioOf(language = 'en') {
  const fake = createFakeEngine(0)
  const engine: Engine = {
    ...fake,
    model: () => (gone ? null : fake.model()),
    async loadModel(source, ...rest): Promise<ModelCard> {
      loaded.push(source.kind)
      gone = false
      return fake.loadModel(source, ...rest)
    },
    async loadData(source, options: DataOptions, ...rest) {
      loaded.push(source.kind === 'sample' ? source.name : source.kind === 'file' ? source.file.name : 'bytes')
      return fake.loadData(source, options, ...rest)
    },
    async planRun(run, answers) {
      plannedAnswers = answers
      return fake.planRun(run, answers)
    },
    async train(run, options, on) {
      asked.push({ run, options })
      await fake.train({ ...run, max_steps: 1 }, options, () => {})
      return play(on, options)
    },
  }
  const route = createStore<{ room: Room; item: string | null }>(() => ({ room: 'train', item: null }))
  const router: Router = { store: route, go: (room) => route.setState({ room }) }
  const library = { list: async () => [], remove: async () => {} }
  const saver = {
    saveBlob: (name: string) => void saved.push(name),
    collect: async () => collectBlobs(),
    collectInMemory: collectBlobs,
    zip: async () => new Blob(),
  }
  return createStudio({
    engine,
    anotherEngine: () => createFakeEngine(0),
    archive,
    library,
    saver,
    prefs: createPrefs(null, [language]),
    router,
    hasWebGpu: true,
    baseUrl: 'http://page/',
    visits: visits.store,
    gate: { allow: async () => {}, ledger: async () => null },
    startWllama: () => {
      throw new Error('no worker here')
    },
    ask: { dataFile: async () => given, modelFolder: async () => null },
  })
}
const only = () => [...archive.kept.values()][0]

/** A run whose tab was closed after its checkpoint. */
async function interruptedRun(change: Partial<RunRecord> = {}, of?: Studio) {
  const studio = of ?? (await visit())
  const later = play
  play = (on, options) => {
    on({ kind: 'phase', phase: 'training', step: 0, steps: STEPS })
    for (const step of [1, 2, 3, 4]) {
      on({
        kind: 'step',
        log: row(step),
        steps: STEPS,
        tokensPerSecond: 5,
        etaSeconds: 1,
        gpuBytes: 1,
        stepSeconds: 0.1,
      })
      if (step === 3) {
        archive.steps.set(options.runId, [3])
        on({ kind: 'checkpoint', step, bytes: 100 })
      }
    }
    return new Promise(() => {})
  }
  studio.train.setRun({ ...studio.train.store.getState().run, seed: 7 })
  void studio.startTraining()
  await vi.waitFor(() => expect(only()?.checkpoints?.steps).toEqual([3]))
  archive.kept.set(only().id, { ...only(), ...change })
  archive.mine.clear()
  play = later
}

test('what was chosen to be scored is there after a reload, without the key of the judge', async () => {
  const { score } = await visit()
  score.choose('tools', true)
  score.limitTo(40)
  score.judgeBy({ who: 'endpoint', url: 'http://judge/v1', model: 'strong' })
  score.setKey('secret')
  score.setThreshold('loss', 0.25)
  score.takeFile(new File(['[]'], 'held.json', { lastModified: 5 }))
  await score.documents.add([new File(['The ferry leaves at nine.'], 'ferry.txt')])
  score.documents.findBy({ by: 'meaning', id: 'someone/encoder' })
  const { chosen, limit, judge, thresholds, documents, retrieval } = score.store.getState()
  await vi.waitFor(() => expect(visits.visit.scoring).toMatchObject({ documents, retrieval, file: 'held.json/2/5' }))
  expect(JSON.stringify(visits.visit)).not.toContain('secret')
  const next = await visit()
  const found = next.score.store.getState()
  expect(found).toMatchObject({ chosen, limit, judge, thresholds, documents, retrieval })
  expect(found.file!.name).toBe('held.json')
  // Tidying up leaves the file that is chosen.
  await vi.waitFor(() => expect([...visits.files.keys()]).toEqual(['held.json/2/5']))
})

test('with a field that holds what no run can have, nothing starts and the field is pointed at', async () => {
  const studio = await visit()
  studio.train.enter('learning_rate', 'abc')
  await studio.startTraining()
  expect(asked).toEqual([])
  expect(studio.train.store.getState()).toMatchObject({ attention: 'learning_rate', view: 'setup' })
  studio.train.enter('learning_rate', 1e-3)
  await studio.startTraining()
  expect(asked.map(({ run }) => run.learning_rate)).toEqual([1e-3])
})

test('losses of rows stand beside the set that the run learnt from, and beside no other', async () => {
  const studio = await visit()
  const whole = play
  play = async (on, options) => {
    on({ kind: 'rows', step: 1, rows: [{ row: 4, loss: 2.5, num_trained_tokens: 3 }] })
    return whole(on, options)
  }
  await studio.startTraining()
  expect(studio.seenRows()).toEqual([[4, 1, 2.5]])
  await studio.data.openFile(new File(['[]'], 'other.json'))
  expect(studio.seenRows()).toEqual([])
  await studio.data.openSample(studio.data.store.getState().samples[0])
  expect(studio.seenRows()).toEqual([[4, 1, 2.5]])
})

test('a 16-bit cache is that of answers on the way, too, in the plan and in the run', async () => {
  const studio = await visit()
  studio.prefs.setState({ answerCache: 'f16' })
  await vi.waitFor(() => expect(plannedAnswers).toMatchObject({ kv_dtype: 'f16' }))
  await studio.startTraining()
  expect(asked[0].options).toMatchObject({ answers: { kv_dtype: 'f16' }, setsCache: 'f16' })
})

describe('runs that were interrupted', () => {
  test('a run is on record from its first moment, and held by its tab', async () => {
    const studio = await visit()
    let release: (outcome: TrainOutcome) => void = () => {}
    play = () => new Promise((resolve) => (release = resolve))
    const running = studio.startTraining()
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect(only()).toMatchObject({ reason: 'running', steps: 0, data: { sample: 'one.json' } })
    expect([...archive.mine]).toEqual([only().id])
    // Another tab sees it run, not broken off.
    expect((await visit()).runs.store.getState().list![0].reason).toBe('running')
    release({
      reason: 'finished',
      log: [row(1)],
      steps: 1,
      seconds: 1,
      trainLoss: 1,
      evaluations: [],
      history: [],
      best: null,
      trainerState: {},
    })
    await running
    expect(only().reason).toBe('finished')
    expect(archive.mine.size).toBe(0)
    expect(archive.tidied).toEqual([only().id])
  })

  test('starting twice in a row is starting once', async () => {
    const studio = await visit()
    await Promise.all([studio.startTraining(), studio.startTraining()])
    expect(asked).toHaveLength(1)
    expect([...archive.kept.values()].map(({ reason }) => reason)).toEqual(['finished'])
    expect(studio.train.store.getState()).toMatchObject({ phase: 'done', error: null })
    await studio.startTraining()
    expect(asked).toHaveLength(2)
  })

  test('are listed with what they reached and offered at the next visit', async () => {
    await interruptedRun()
    const next = await visit()
    expect(next.runs.store.getState().list![0]).toMatchObject({ reason: 'interrupted', steps: 3, plannedSteps: STEPS })
    expect(only().curve.map(({ step }) => step)).toEqual([1, 2, 3])
    const notice = next.notices.store.getState().list.at(-1)!
    expect(notice.text).toEqual({ key: 'runs.wasInterrupted', params: { name: 'One', step: 3, steps: STEPS } })
    expect(notice.button?.label).toBe('train.resume')
  })

  test('go on with their own settings, model and sample, and end as one whole run', async () => {
    await interruptedRun()
    const next = await visit()
    loaded = []
    const seconds = only().curve[2].seconds
    await next.resumeRun(next.runs.store.getState().list![0])
    expect(loaded).toEqual(['one.json'])
    expect(asked.at(-1)).toMatchObject({ run: { seed: 7 }, options: { runId: only().id, resumeFrom: 'kept' } })
    expect(next.train.points().map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6])
    expect(next.train.points()[2].seconds).toBe(seconds)
    expect(next.train.points()[3].seconds).toBeGreaterThanOrEqual(seconds)
    expect(only()).toMatchObject({ reason: 'finished', steps: STEPS, checkpoints: { steps: [] } })
    expect(only().adapterBytes).toBeGreaterThan(0)
    expect(archive.kept.size).toBe(1)
  })

  test('say which folder or file to open where these are not kept', async () => {
    await interruptedRun({ data: { name: 'clinic', rows: 91, file: 'clinic.json' } })
    const next = await visit()
    await next.resumeRun(next.runs.store.getState().list![0])
    const errors = () => next.notices.store.getState().list.flatMap(({ error }) => (error ? [error] : []))
    expect(errors().at(-1)).toMatchObject({ code: 'run-needs-data', params: { file: 'clinic.json' } })
    await next.data.openFile(new File(['[]'], 'clinic.json'))
    await next.resumeRun(next.runs.store.getState().list![0])
    expect(only().reason).toBe('finished')

    archive.kept.set(only().id, {
      ...only(),
      reason: 'interrupted',
      model: { id: 'mine', name: 'mine', source: 'files' },
    })
    const third = await visit()
    await third.resumeRun(third.runs.store.getState().list![0])
    expect(third.notices.store.getState().list.at(-1)?.error).toMatchObject({
      code: 'run-needs-model',
      params: { model: 'mine' },
    })
  })

  test('stay as they were when resuming fails, and begin again where there was no checkpoint yet', async () => {
    await interruptedRun()
    const next = await visit()
    const before = structuredClone(next.runs.store.getState().list![0])
    const whole = play
    play = () => Promise.reject(fail('train-other-data', {}))
    await next.resumeRun(before)
    expect(next.train.store.getState().error?.code).toBe('train-other-data')
    expect(only()).toEqual(before)

    play = whole
    archive.steps.clear()
    archive.kept.set(before.id, { ...before, checkpoints: { steps: [], bytes: 0 } })
    const third = await visit()
    void third.resumeRun(third.runs.store.getState().list![0])
    await vi.waitFor(() => expect(asked).toHaveLength(3))
    expect(asked[2].options.resumeFrom).toBeUndefined()
    expect(asked[2].options.runId).toBe(before.id)
  })

  test('leave for a larger machine from their newest checkpoint, on the model and data that they began with', async () => {
    await interruptedRun()
    const studio = await visit()
    await vi.waitFor(() => expect(studio.runs.store.getState().list).toHaveLength(1))
    loaded = []
    expect(handoverStep(only())).toBe(3)
    studio.train.enter('learning_rate', 0.0123)
    await studio.handOver(only())
    expect(loaded).toContain('one.json')
    // What stood in the room Train is the person's and no part of that run.
    expect(studio.train.store.getState().run).toMatchObject({ learning_rate: 0.0123 })
    expect(saved).toEqual([`${only().name}-handover.zip`])
    expect(handoverStep({ ...only(), plannedSteps: 3 })).toBeNull()
  })

  test('that go on from another say which: a checkpoint that was left, or the run whose adapter was gone on from', async () => {
    await interruptedRun()
    const studio = await visit()
    await vi.waitFor(() => expect(studio.runs.store.getState().list).toHaveLength(1))
    const first = only()
    await studio.branchRun(first, 3)
    await studio.startTraining()
    const begun = () => studio.runs.store.getState().list!.filter(({ id }) => id !== first.id)
    const [branch] = begun()
    expect(branch.from).toEqual({ id: first.id, name: first.name, step: 3 })
    await studio.startTraining()
    expect(begun().find(({ id }) => id !== branch.id)!.from).toBeUndefined()
    // What is loaded now is that last run's adapter, as it was at its end.
    const last = studio.currentRun()!
    studio.goOnFromAdapter(true)
    await studio.startTraining()
    expect(studio.currentRun()!.from).toEqual({ id: last.id, name: last.name, step: STEPS })
  })

  test('in another tab are left alone', async () => {
    await interruptedRun()
    const next = await visit()
    archive.others.add(only().id)
    await next.resumeRun(next.runs.store.getState().list![0])
    expect(asked).toHaveLength(1)
    expect(next.notices.store.getState().list.at(-1)?.error?.code).toBe('run-in-other-tab')
  })

  const losing = (code: 'gpu-lost' | 'engine-worker-blocked', times: number, checkpoint = true) => {
    const whole = play
    let lost = 0
    play = async (on, options) => {
      if (lost++ === times) return whole(on, options)
      if (options.resumeFrom) on({ kind: 'resumed', log: [row(1)], evaluations: [] })
      else
        on({
          kind: 'step',
          log: row(1),
          steps: STEPS,
          tokensPerSecond: 5,
          etaSeconds: 1,
          gpuBytes: 1,
          stepSeconds: 0.1,
        })
      if (checkpoint) archive.steps.set(options.runId, [1])
      gone = true
      throw code === 'gpu-lost' ? fail(code, { reason: 'driver' }) : fail(code, { seconds: 60 })
    }
  }

  test.each(['gpu-lost', 'engine-worker-blocked'] as const)(
    'after %s the run goes on by itself, with the model loaded again, a folder that was open included',
    async (code) => {
      const studio = await visit()
      losing(code, 1)
      await studio.model.loadFiles('mine', [])
      await vi.waitFor(() => expect(studio.isReady()).toBe(true))
      loaded = []
      await studio.startTraining()
      expect(only()).toMatchObject({ reason: 'finished', steps: STEPS, model: { name: 'mine', source: 'files' } })
      expect(loaded[0]).toBe('files')
      expect(asked.map(({ options }) => options.resumeFrom)).toEqual([undefined, 'kept'])
      expect(studio.notices.store.getState().list.some(({ text }) => text?.key === 'runs.goesOnAfterLoss')).toBe(true)
    },
  )

  test('a GPU that is lost again and again leaves it to the person', async () => {
    const studio = await visit()
    losing('gpu-lost', 100)
    await studio.startTraining()
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.length).toBeLessThan(7)
    expect(only()).toMatchObject({ reason: 'interrupted', steps: 1 })
    expect(studio.model.store.getState()).toMatchObject({ status: 'empty', card: null, error: { code: 'gpu-lost' } })
  })

  test('without a checkpoint there is nothing to go on from', async () => {
    const studio = await visit()
    losing('gpu-lost', 1, false)
    await studio.startTraining()
    expect(asked).toHaveLength(1)
    expect(only()).toMatchObject({ reason: 'interrupted', steps: 1 })
  })

  test('broken numbers leave a record with the adapter of the last good step; a run that never began leaves none', async () => {
    const studio = await visit()
    play = async (on) => {
      on({ kind: 'step', log: row(1), steps: STEPS, tokensPerSecond: 5, etaSeconds: 1, gpuBytes: 1, stepSeconds: 0.1 })
      throw fail('train-non-finite', { step: 2, layer: 0, rows: [1], loss: 'NaN', gradNorm: 'NaN' })
    }
    await studio.startTraining()
    expect(only()).toMatchObject({ reason: 'failed', steps: 1 })
    expect(only().adapterBytes).toBeGreaterThan(0)
    expect(canResume(only())).toBe(false)

    archive.kept.clear()
    play = () => Promise.reject(fail('engine-busy', { task: 'generate' }))
    await studio.startTraining()
    expect(archive.kept.size).toBe(0)
    play = async () => ({
      reason: 'stopped',
      log: [],
      steps: 0,
      seconds: 1,
      trainLoss: null,
      evaluations: [],
      history: [],
      best: null,
      trainerState: {},
    })
    await studio.startTraining()
    expect(archive.kept.size).toBe(0)
    expect(studio.notices.store.getState().list.at(-1)?.error?.code).toBe('train-no-step')
    expect(studio.train.store.getState()).toMatchObject({ phase: 'idle', outcome: null })
    expect(studio.try.store.getState()).toMatchObject({ adapter: null, adapterRunId: null })

    await studio.try.loadAdapter('mine', [], null)
    studio.goOnFromAdapter(true)
    await studio.startTraining()
    expect(studio.try.store.getState().adapterName).toBe('mine')
  })
})

test('a run file means the same in the page as on the command line', async () => {
  const studio = await visit()
  expect(await studio.applyRunFile({ json: { learning_rate: 1e-3, lora: { r: 4 } } })).toBe(true)
  const { run } = studio.train.store.getState()
  expect(run).toEqual({ ...fileDefaults, learning_rate: 1e-3, lora: { ...fileDefaults.lora, r: 4 } })
  expect(run).toMatchObject({ lr_scheduler_type: 'linear', warmup_ratio: 0 })
})

test('a merged model that is kept says its step, and goes when its run moves on', async () => {
  await interruptedRun()
  const { id } = only()
  const studio = await visit()
  await studio.runs.keepFiles(id, 'merged', [{ path: 'model.safetensors', blob: new Blob(['1234']) }], 3)
  expect(only()).toMatchObject({ mergedBytes: 4, mergedStep: 3 })
  await studio.resumeRun(studio.runs.find(id)!)
  expect(only()).toMatchObject({ reason: 'finished', steps: STEPS, mergedBytes: 0 })
  expect(await archive.files(id, 'merged')).toEqual([])
  expect(studio.runs.find(id)?.mergedStep).toBeUndefined()
})

test('a store without room ends no run: the result stays in the tab, is said not to be kept, and can be downloaded', async () => {
  const full = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'))
  archive.put = full
  archive.putFiles = full
  const studio = await visit()
  await studio.startTraining()
  expect(studio.train.store.getState()).toMatchObject({ phase: 'done', error: null })
  const [run] = studio.runs.store.getState().list!
  expect(run).toMatchObject({ reason: 'finished', steps: STEPS })
  expect(run.adapterBytes).toBeGreaterThan(0)
  expect(studio.runs.store.getState().unkept).toEqual([run.id])
  const { error, button } = studio.notices.store.getState().list.at(-1)!
  expect(error?.code).toBe('run-unkept')
  button!.perform()
  await vi.waitFor(() => expect(saved).toEqual([`${run.name}.zip`]))
  // A merged model leaves whole; only the copy is missing, and that is what is said.
  await studio.exporting.downloadMerged('mine', 'zip', full)
  expect(saved.at(-1)).toBe('mine.zip')
  expect(studio.exporting.store.getState()).toMatchObject({ busy: null, error: { code: 'merged-unkept' } })
})

describe('a reload', () => {
  const rows = () => new File(['[{"instruction":"a","output":"b"}]'], 'mine.json', { lastModified: 7 })

  test('brings back data set, mapping, settings, answers and the adapter on the model', async () => {
    const first = await visit()
    await first.data.openFile(rows())
    await first.data.remap({ format: 'alpaca' })
    first.train.enter('seed', 7)
    await first.startTraining()
    await first.try.send('Where?')
    const { answers, adapterName } = first.try.store.getState()
    expect(answers).toHaveLength(1)

    loaded = []
    const second = await visit()
    expect(loaded).toEqual(['builtin', 'mine.json'])
    expect(second.data.store.getState()).toMatchObject({
      fileName: 'mine.json',
      mapping: { format: 'alpaca' },
      status: 'ready',
    })
    expect(second.train.store.getState().run.seed).toBe(7)
    expect(second.try.store.getState()).toMatchObject({ answers, adapterName })
    expect(second.try.store.getState().adapter).not.toBeNull()
    // The next question has a number of its own.
    await second.try.send('And now?')
    expect(new Set(second.try.store.getState().answers.map(({ id }) => id)).size).toBe(2)
  })

  test('a strength is of the next answers, and a mixed adapter is one of its own that comes back', async () => {
    const first = await visit()
    await first.startTraining()
    first.try.set({ strength: 0.7 })
    await first.try.send('Where?')
    expect(first.try.store.getState().answers[0].tuned).toMatchObject({ strength: 0.7 })
    const own = only()
    await first.startTraining()
    const { adapterName } = first.try.store.getState()
    // Another adapter acts as it was trained.
    expect(first.try.store.getState().strength).toBe(1)
    await first.mixAdapters(0.5, { record: own, weight: 0.25 })
    const name = `${adapterName} 50 % + ${own.name} 25 %`
    expect(first.try.store.getState()).toMatchObject({ adapterName: name, adapterRunId: null, error: null })
    expect(first.try.store.getState().adapter!.lora.r).toBe(16)
    const second = await visit()
    expect(second.try.store.getState().adapterName).toBe(name)
  })

  test('an adapter that was opened comes back from its files, and not on another model', async () => {
    const first = await visit()
    await first.try.loadAdapter('friend', [{ path: 'adapter_config.json', blob: new Blob(['{}']) }], null)
    expect((await visit()).try.store.getState().adapterName).toBe('friend')
    Object.assign(visits.visit, { adapter: { ...(visits.visit.adapter as object), modelId: 'another' } })
    expect((await visit()).try.store.getState().adapter).toBeNull()
  })

  test('resuming takes the data file from what is kept, and asks for it by a button where it is not', async () => {
    const first = await visit()
    await first.data.openFile(rows())
    await interruptedRun({}, first)
    await first.data.openSample(first.data.store.getState().samples[0])
    const second = await visit()
    await second.resumeRun(only())
    expect(only()).toMatchObject({ reason: 'finished', steps: STEPS })

    archive.kept.clear()
    await second.data.openFile(rows())
    await interruptedRun({}, second)
    visits.files.clear()
    Object.assign(visits.visit, { data: null })
    const third = await visit()
    await third.resumeRun(only())
    const notice = third.notices.store.getState().list.at(-1)!
    expect(notice.error?.code).toBe('run-needs-data')
    expect(notice.button?.label).toBe('data.chooseFile')
    given = rows()
    notice.button!.perform()
    await vi.waitFor(() => expect(only()).toMatchObject({ reason: 'finished', steps: STEPS }))
  })

  test('the file that runs are judged by comes back with the page and with the run, and is asked for where it is gone', async () => {
    const held = () => new File(['[]'], 'held.json')
    const judgedBy = (studio: Studio) => studio.train.store.getState().evalFile?.name
    const first = await visit()
    await first.openEvalFile(held())
    await interruptedRun({}, first)
    expect(only().data.evalFile).toMatchObject({ name: 'held.json' })
    const second = await visit()
    expect(judgedBy(second)).toBe('held.json')
    await second.openEvalFile(null)
    await second.resumeRun(only())
    expect(only()).toMatchObject({ reason: 'finished', steps: STEPS })
    expect(judgedBy(second)).toBe('held.json')

    archive.kept.clear()
    await interruptedRun({}, second)
    visits.files.clear()
    const third = await visit()
    expect(judgedBy(third)).toBeUndefined()
    await third.resumeRun(only())
    const notice = third.notices.store.getState().list.at(-1)!
    expect([notice.error?.code, notice.button?.label]).toEqual(['run-needs-eval-data', 'heldOut.choose'])
    given = held()
    notice.button!.perform()
    await vi.waitFor(() => expect(only()).toMatchObject({ reason: 'finished', steps: STEPS }))
  })

  test('Resume pressed while the page still fills its rooms waits and is not dropped', async () => {
    await interruptedRun()
    const studio = await studioOf()
    const beginning = studio.begin(null)
    await vi.waitFor(() => expect(studio.runs.store.getState().list).toHaveLength(1))
    await studio.resumeRun(only())
    await beginning
    expect(only()).toMatchObject({ reason: 'finished', steps: STEPS })
  })
})
