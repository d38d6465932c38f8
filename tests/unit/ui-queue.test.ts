import { beforeEach, expect, test } from 'vitest'
import { fail } from '../../src/errors'
import type { SerializedError } from '../../src/errors'
import type { RunFile } from '../../src/run-file/run-file'
import { recommendedRun } from '../../src/run-file/run-file'
import { createRunQueue, type RunQueue } from '../../src/state/run-queue'
import type { RunRecord } from '../../src/state/run-record'

let settings: RunFile
/** What was trained, by its rate; what was gone on with. */
let trained: string[]
let records: Map<string, RunRecord>
let error: SerializedError | null
/** How a run ends; null: it cannot begin. */
let ends: (run: RunFile) => RunRecord['reason'] | null
let queue: RunQueue

const at = (learning_rate: number): RunFile => ({ ...recommendedRun, learning_rate })
const states = () => queue.store.getState().entries.map(({ state }) => state)

beforeEach(() => {
  settings = at(1)
  trained = []
  records = new Map()
  error = null
  ends = () => 'finished'
  queue = createRunQueue({
    settings: () => settings,
    useSettings: async (run) => void (settings = run),
    async start(name, onBegun) {
      const reason = ends(settings)
      if (reason === null) return null
      const id = `run ${trained.length}`
      trained.push(`${name}/${settings.learning_rate}`)
      onBegun(id)
      records.set(id, { id, reason } as RunRecord)
      return id
    },
    async resume(record) {
      trained.push(`${record.id} again`)
      records.set(record.id, { ...record, reason: 'finished' })
    },
    find: (id) => records.get(id),
    error: () => error,
  })
})

test('runs are trained in their order, each under its own settings, and the settings of before come back', async () => {
  queue.add('', at(2))
  queue.sweep(at(3), [
    { field: 'learning_rate', values: [4, 5] },
    { field: 'seed', values: [1] },
  ])
  await queue.start()
  expect(trained).toEqual(['/2', 'learning_rate=4 seed=1/4', 'learning_rate=5 seed=1/5'])
  expect(states()).toEqual(['done', 'done', 'done'])
  expect(queue.store.getState()).toMatchObject({ going: false, entries: [{ runId: 'run 0' }, {}, { runId: 'run 2' }] })
  expect(settings.learning_rate).toBe(1)
  queue.clearEnded()
  expect(states()).toEqual([])
})

test('one that is stopped before its first step, or whose model is gone, waits; what throws has failed', async () => {
  queue.add('', at(2))
  ends = () => 'stopped'
  const { set } = records
  records.set = () => records
  await queue.start()
  expect(queue.store.getState()).toMatchObject({ going: false, entries: [{ state: 'waiting', runId: undefined }] })
  records.set = set
  ends = () => {
    throw fail('train-no-rows', {})
  }
  await queue.start()
  expect(queue.store.getState().entries).toMatchObject([{ state: 'failed', error: { code: 'train-no-rows' } }])
})

test('started again before the run that it was stopped in ends, it goes on, once', async () => {
  for (const rate of [2, 3]) queue.add('', at(rate))
  let again: Promise<void> | null = null
  ends = () => {
    if (!again) {
      queue.stop()
      again = queue.start()
    }
    return 'finished'
  }
  await queue.start()
  await again
  expect(trained).toEqual(['/2', '/3'])
  expect([states(), settings.learning_rate, queue.store.getState().going]).toEqual([['done', 'done'], 1, false])
})

test('what fails is said and the others have their turn; once more is a new run', async () => {
  for (const rate of [2, 3]) queue.add('', at(rate))
  error = fail('train-no-rows', {}).toJSON()
  ends = ({ learning_rate }) => (learning_rate === 2 ? 'failed' : 'finished')
  await queue.start()
  expect(queue.store.getState().entries).toMatchObject([
    { state: 'failed', error: { code: 'train-no-rows' } },
    { state: 'done', error: undefined },
  ])
  ends = () => 'finished'
  queue.again(queue.store.getState().entries[0].id)
  await queue.start()
  expect(trained).toEqual(['/2', '/3', '/2'])
  expect(states()).toEqual(['done', 'done'])
})

test('a run that a person stops ends the queue, and so does a page without a model; asked to, it ends after a run', async () => {
  for (const rate of [2, 3, 4, 5]) queue.add('', at(rate))
  ends = ({ learning_rate }) => (learning_rate === 2 ? 'stopped' : null)
  await queue.start()
  expect(states()).toEqual(['done', 'waiting', 'waiting', 'waiting'])
  await queue.start()
  expect(states()).toEqual(['done', 'waiting', 'waiting', 'waiting'])
  ends = () => (queue.stop(), 'finished')
  await queue.start()
  expect(states()).toEqual(['done', 'done', 'waiting', 'waiting'])
  queue.remove(queue.store.getState().entries[2].id)
  expect(trained).toEqual(['/2', '/3'])
  expect(states()).toEqual(['done', 'done', 'waiting'])
})

test('over a reload the run that was going on goes on from its checkpoint, and then the rest', async () => {
  for (const rate of [2, 3, 4]) queue.add('', at(rate))
  const [first, second, third] = queue.store.getState().entries
  records.set('left', { id: 'left', reason: 'interrupted', checkpoints: { steps: [5], bytes: 1 } } as RunRecord)
  records.set('ended', { id: 'ended', reason: 'finished' } as RunRecord)
  queue.restore([
    { ...first, state: 'running', runId: 'ended' },
    { ...second, state: 'running', runId: 'left' },
    { ...third, state: 'waiting' },
  ])
  expect(states()).toEqual(['waiting', 'waiting', 'waiting'])
  await queue.start()
  expect(trained).toEqual(['left again', '/4'])
  expect(states()).toEqual(['done', 'done', 'done'])
})
