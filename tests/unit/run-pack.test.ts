import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fail } from '../../src/errors'
import { createNotices } from '../../src/state/notices'
import { createRunPacks, packRun, unpackRun } from '../../src/state/run-packs'
import { createRunsRoom } from '../../src/state/runs-room'
import type { RunRecord } from '../../src/state/run-record'
import { packSeen } from '../../src/state/seen-rows'
import { openRunPack } from '../../src/formats/run-pack'
import { bytesSource } from '../../src/formats/memory-folder'
import { recommendedRun } from '../../src/run-file/run-file'
import { zipBlobs } from '../../src/ui/zip-blobs'
import { nodeFile } from '../../src/storage/node/node-folder'
import { goldenPath } from '../helpers/golden'
import { memoryArchive } from '../helpers/memory-archive'

const point = (step: number) => ({
  ...{ step, epoch: step / 4, loss: 3 - step / 2, grad_norm: 1, learning_rate: 1e-4, num_tokens: 50 * step },
  ...{ seconds: step, tokens_per_second: 50 },
})
const record: RunRecord = {
  id: 'one',
  name: 'Harbour',
  tags: ['good'],
  startedAt: 1_700_000_000_000,
  model: { id: 'builtin', name: 'seedling', source: 'builtin' },
  data: {
    ...{ name: 'harbour', rows: 4, kept: 'secret-key', license: 'CC0-1.0', tokens: { all: 90, trained: 60 } },
    mapping: { format: 'columns', user: 'ask', assistant: 'say' },
    evalFile: { name: 'judged.jsonl', kept: 'secret-key-too' },
  },
  run: { ...recommendedRun, learning_rate: 3e-4, max_steps: 3 },
  curve: [1, 2, 3].map(point),
  answers: [{ step: 2, row: 1, question: 'Who?', expected: 'Ahoy', text: 'Aho', cut: true }],
  log: [
    { time: 5, level: 'info', text: 'begun' },
    { time: 6, level: 'warning', text: fail('train-excluded-all', { rows: 2 }).toJSON() },
  ],
  seen: packSeen([[1, 1, 2.5]]),
  evaluations: [
    {
      ...{
        step: 2,
        epoch: 0.5,
        eval_loss: 2.25,
        eval_mean_token_accuracy: 0.5,
        eval_entropy: 1.5,
        eval_num_tokens: 100,
      },
      ...{ eval_runtime: 0.25, eval_samples_per_second: 8, eval_steps_per_second: 4, scores: { harbour_match: 0.75 } },
    },
  ],
  reason: 'finished',
  steps: 3,
  from: { id: 'earlier', name: 'Quay', step: 2 },
  seconds: 3,
  trainLoss: 2,
  trainerState: { global_step: 3, max_steps: 3, log_history: [{ step: 1, loss: 2.5 }] },
  adapterBytes: 5,
  mergedBytes: 0,
}
const adapter = ['adapter_config.json', 'adapter_model.safetensors'].map((path) => ({
  path,
  blob: new Blob([readFileSync(goldenPath(`qwen2/adapter/${path}`)) as Uint8Array<ArrayBuffer>]),
}))
const zipped = async () =>
  new Uint8Array(await (await zipBlobs(await packRun(record, adapter))).arrayBuffer()) as Uint8Array<ArrayBuffer>
const HUB = 'https://hub.example'
const room = () => {
  const archive = memoryArchive()
  const runs = createRunsRoom(archive, createNotices())
  const saved: Blob[] = []
  const saver = { saveBlob: (_: string, blob: Blob) => void saved.push(blob), zip: zipBlobs } as never
  return { archive, runs, saved, packs: createRunPacks({ runs, saver, hub: () => HUB }) }
}

it('a run goes out as one file and comes in again with curve, answers, settings and adapter', async () => {
  const bytes = await zipped()
  expect(new TextDecoder('latin1').decode(bytes)).not.toContain('secret-key')
  const { runs, packs } = room()
  const taken = await packs.take((await openRunPack(bytesSource('run.zip', bytes)))!.folder)
  const { id: _, adapterBytes: _a, data, ...rest } = runs.find(taken.id)!
  const { id: _i, adapterBytes: _b, data: before, ...same } = record
  expect(rest).toMatchObject(same)
  // The keys of this browser's own files alone stay behind.
  expect(data).toEqual({ ...before, kept: undefined, evalFile: { name: 'judged.jsonl' } })
  const files = await runs.files(taken.id, 'adapter')
  expect(files.map(({ path }) => path)).toEqual(adapter.map(({ path }) => path))
  expect(await files[1].blob.arrayBuffer()).toEqual(await adapter[1].blob.arrayBuffer())
  // Taken twice, it has another name.
  const again = await packs.take((await openRunPack(bytesSource('run.zip', bytes)))!.folder)
  expect([taken.name, again.name]).toEqual(['Harbour', 'Harbour 2'])
})

it('without room in the browser a run that comes in is in this tab alone, with its adapter', async () => {
  const { archive, runs, packs } = room()
  const full = () => Promise.reject(new DOMException('no room', 'QuotaExceededError'))
  Object.assign(archive, { put: full, putFiles: full })
  await expect(packs.take((await openRunPack(bytesSource('run.zip', await zipped())))!.folder)).rejects.toMatchObject({
    code: 'run-unkept',
    params: { name: 'Harbour' },
  })
  const [run] = runs.store.getState().list!
  expect(runs.store.getState().unkept).toEqual([run.id])
  expect(run.adapterBytes).toBeGreaterThan(0)
  expect(await runs.files(run.id, 'adapter')).toHaveLength(2)
})

it('a damaged part is named, and nothing of the run is taken', async () => {
  const files = await packRun(record, adapter)
  const others = files.map((file) =>
    file.path === 'run.json' ? { ...file, blob: new Blob(['{"learning_rate": 1}']) } : file,
  )
  for (const [list, part] of [
    [others, 'run.json'],
    [files.filter(({ path }) => path !== 'adapter/adapter_model.safetensors'), 'adapter/adapter_model.safetensors'],
  ] as const) {
    const bytes = new Uint8Array(await (await zipBlobs(list)).arrayBuffer())
    await expect(openRunPack(bytesSource('run.zip', bytes))).rejects.toMatchObject({
      code: 'pack-damaged',
      params: { file: 'run.zip', part },
    })
  }
  // An archive of something else is none.
  const zip = new Uint8Array(await (await zipBlobs(adapter)).arrayBuffer())
  expect(await openRunPack(bytesSource('adapter.zip', zip))).toBe(null)
})

it('takes of what others wrote only what has its form', async () => {
  const files = await packRun({ ...record, name: 7, curve: 'none', answers: [null, { text: 5 }] } as never, [])
  const bytes = new Uint8Array(await (await zipBlobs(files)).arrayBuffer())
  const { folder } = (await openRunPack(bytesSource('run.zip', bytes)))!
  const taken = await unpackRun(folder, [], HUB)
  expect(taken.curve.map(({ step, loss }) => [step, loss])).toEqual([[1, 2.5]])
  expect(taken.answers).toEqual([{ step: 0, row: 0, question: '', expected: '', text: '', cut: false }])
  expect(typeof taken.name).toBe('string')
})

it('takes of log, evaluations and data only what can be drawn and said', async () => {
  const strange = {
    log: [
      ...[null, { text: 7 }, { time: 'x', level: 'loud', text: 'plain' }],
      ...[
        // Its words need a list that is not there.
        { time: 1, level: 'warning', text: { code: 'cli-unknown-command', params: {}, message: 'no such command' } },
        { time: 2, level: 'info', text: { code: 'made-up', params: {}, message: 'of another version' } },
      ],
    ],
    evaluations: [null, { step: 1 }, { step: 2, eval_loss: 1.5, epoch: 'half', scores: { good: 1, bad: 'x' } }],
    data: { name: 'd', rows: 1, tokens: { all: 3 }, mapping: { format: 'spells' }, evalFile: { name: 4 } },
  }
  const files = await packRun({ ...record, ...strange } as never, [])
  const bytes = new Uint8Array(await (await zipBlobs(files)).arrayBuffer())
  const taken = await unpackRun((await openRunPack(bytesSource('run.zip', bytes)))!.folder, [], HUB)
  expect(taken.log).toEqual([
    { time: 0, level: 'info', text: 'plain' },
    { time: 1, level: 'warning', text: 'no such command' },
    { time: 2, level: 'info', text: 'of another version' },
  ])
  expect(taken.evaluations).toMatchObject([{ step: 2, epoch: 0, eval_loss: 1.5, eval_runtime: 0, scores: { good: 1 } }])
  expect(taken.evaluations![0].scores).toEqual({ good: 1 })
  expect(taken.data).toEqual({ name: 'd', rows: 1 })
})

it('the command line packs what it trained and opens what the page packed', { timeout: 60_000 }, async () => {
  const place = mkdtempSync(join(tmpdir(), 'run-pack-'))
  const tune = (...args: string[]) =>
    JSON.parse(
      execFileSync('node', ['scripts/tune.mjs', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )
  const file = join(place, 'page.zip')
  writeFileSync(file, await zipped())
  expect(tune('unpack', '--file', file, '--out', join(place, 'run'))).toMatchObject({ name: 'Harbour' })
  const packed = join(place, 'again.zip')
  expect(tune('pack', '--run', join(place, 'run'), '--out', packed).files).toBe(6)
  const taken = await unpackRun((await openRunPack(await nodeFile(packed)))!.folder, [], HUB)
  expect(taken).toMatchObject({
    name: 'Harbour',
    curve: record.curve,
    steps: 3,
    reason: 'finished',
    trainerState: record.trainerState,
  })
  expect(taken.run.learning_rate).toBe(3e-4)
})

it('keeps where the model came from and which step the adapter is of; no address that nobody chose here', async () => {
  const taken = async (model: object, known: RunRecord[] = []) => {
    const files = await packRun({ ...record, adapterStep: 2, model: { ...record.model, ...model } } as never, adapter)
    const bytes = new Uint8Array(await (await zipBlobs(files)).arrayBuffer())
    return unpackRun((await openRunPack(bytesSource('run.zip', bytes)))!.folder, known, HUB)
  }
  const of = { id: 'owner/model', name: 'model', source: 'hub', revision: 'v1.2' }
  expect((await taken({ ...of, endpoint: HUB })).model).toEqual({ ...of, endpoint: HUB })
  const mirror = 'https://mirror.example'
  expect((await taken({ ...of, endpoint: mirror })).model).toEqual(of)
  const run = { ...record, model: { ...of, endpoint: mirror } }
  expect((await taken({ ...of, endpoint: mirror }, [run])).model.endpoint).toBe(mirror)
  expect((await taken({ ...of, revision: 'a b' })).model).not.toHaveProperty('revision')
  expect((await taken({ ...of, revision: 7 })).model).not.toHaveProperty('revision')
  expect((await taken(of)).adapterStep).toBe(2)
  // The adapter is of that step once it is kept here, too.
  const { runs, packs } = room()
  const bytes = new Uint8Array(
    await (await zipBlobs(await packRun({ ...record, adapterStep: 2 }, adapter))).arrayBuffer(),
  )
  const { id } = await packs.take((await openRunPack(bytesSource('run.zip', bytes)))!.folder)
  expect(runs.find(id)!.adapterStep).toBe(2)
})
