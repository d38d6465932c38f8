import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { card } from '../../src/i18n/zh-CN/card'
import { linearModules } from '../../src/architecture/names'
import type { DataSummary, TokenizedRow } from '../../src/contracts/data'
import { orderBatches } from '../../src/data/index'
import { writeHandover } from '../../src/exporters/handover/write-handover'
import { damagedFile, readManifest } from '../../src/formats/manifest'
import { subFolder } from '../../src/formats/folders'
import { readPeft } from '../../src/formats/read-peft'
import { openSafetensors } from '../../src/formats/safetensors'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { adapterLayout } from '../../src/model/adapter-store'
import { modelFingerprint } from '../../src/model/opening/fingerprint'
import { optimizerLayout, partBytes } from '../../src/model/training/optimizer-layout'
import { recommendedRun } from '../../src/run-file/run-file'
import type { RunFile } from '../../src/run-file/run-file'
import { fingerprint, writeCheckpoint } from '../../src/train/checkpoint'
import { findCheckpoint } from '../../src/train/find-checkpoint'
import { nodeFolder } from '../../src/storage/node/node-folder'
import { goldenFolder } from '../helpers/golden-folder'
import { goldenPath } from '../helpers/golden'
import { memoryFile } from '../helpers/data'
import { MemoryPlace } from '../helpers/memory-place'

const rows: TokenizedRow[] = Array.from({ length: 11 }, (_, row) => ({
  row,
  truncated: false,
  inputIds: Int32Array.from({ length: 3 + (row % 4) }, (_, i) => row + i),
  labels: Int32Array.from({ length: 3 + (row % 4) }, (_, i) => (i === 0 ? -100 : row + i)),
}))

const source = memoryFile('给 客户/问 题.jsonl', '{"text": "a"}\n')
const facts = { encoding: 'utf-8', mapping: { format: 'columns', user: 'q', assistant: 'a' } } as DataSummary
/** What the rows were made of. */
const data = { source, facts, isChosen: true, along: 'both', id: null, split: 'train' } as const

/** A run that stands after `steps` steps, and what hands it over. */
async function stopped(steps: number, change: Partial<RunFile> = {}) {
  const opened = await goldenFolder('qwen2')
  const { lora, pairs } = await readPeft(nodeFolder(goldenPath('qwen2/adapter')), linearModules(opened.config))
  const run: RunFile = { ...recommendedRun, ...change, lora }
  const kind = run.optim === 'adamw_torch' ? 'adamw' : 'adamw8bit'
  const layout = optimizerLayout(adapterLayout(opened.config, lora), kind, { pagedBytes: 0 })
  const tensors = layout.parts.map((part, i) => ({
    name: part.name,
    data: new Uint8Array(partBytes(part)).fill(i + 1),
  }))
  const log = Array.from({ length: steps }, (_, i) => ({
    ...{ step: i + 1, epoch: (i + 1) / 2, loss: 2, grad_norm: 1, learning_rate: 1e-4, num_tokens: 20 * (i + 1) },
  }))
  const place = new MemoryPlace('runs')
  const facts = { run, runId: 'one', began: '2026-01-01T00:00:00Z', log, evaluations: [], data: fingerprint(rows) }
  const model = await modelFingerprint(opened)
  await writeCheckpoint(place, { ...facts, model, state: { steps, pairs, tensors }, bestPairs: null }, lora, 'base')
  return { opened, lora, layout, found: await findCheckpoint(place) }
}

it.each(['adamw_torch', 'adamw_8bit'] as const)('hands a run over with all that %s goes on from', async (optim) => {
  const { opened, found, layout } = await stopped(3, { optim })
  const out = new MemoryFolder('project')
  const told = await writeHandover({ found, opened, rows, data, model: 'owner/base', words: card }, out)
  const order = orderBatches(
    rows.map(({ inputIds }) => inputIds.length),
    found.facts.run,
    42,
  )
  expect(told).toEqual({ step: 3, steps: order.steps, rows: rows.length })
  const text = (path: string) => new TextDecoder().decode(out.files.get(path))
  const handover = JSON.parse(text('handover.json'))
  expect(handover).toMatchObject({
    model: 'owner/base',
    checkpoint: 'checkpoint-3',
    steps: order.steps,
    steps_per_epoch: order.stepsPerEpoch,
    lines: 11,
  })
  // Every parameter of the adapter once, as many blocks as the state has.
  const weights = await openSafetensors((await out.open('checkpoint-3/adapter_model.safetensors'))!)
  const names = handover.parts.flatMap(({ parameters }: { parameters: string[] }) => parameters)
  const stored = [...weights.tensors.keys()].map((name) =>
    name.replace(/^base_model\.model\./, '').replace(/\.weight$/, ''),
  )
  expect([...names].sort()).toEqual(stored.sort())
  for (const [i, { name, parameters }] of handover.parts.entries()) {
    const blocks = parameters.reduce((sum: number, parameter: string) => {
      const { shape } = weights.tensors.get(`base_model.model.${parameter}.weight`)!
      return sum + Math.ceil((shape[0] * shape[1]) / 256)
    }, 0)
    expect([name, blocks]).toEqual([layout.parts[i].name, layout.parts[i].blocks.length])
  }
  expect(
    text('data/rows.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(rows.map(({ inputIds, labels }) => ({ input_ids: [...inputIds], labels: [...labels] })))
  expect(text('README.md')).toContain('步中的 3 步')
  expect(text('README.md')).not.toMatch(/\{\w+\}/)
  // What came here is whole, by its own manifest.
  const checkpoint = subFolder(out, 'checkpoint-3')
  expect(await damagedFile(checkpoint, (await readManifest(checkpoint))!)).toBeNull()
  expect((await findCheckpoint(checkpoint)).facts).toEqual(found.facts)
})

it('holds back what a share of the rows held out, unless a second file was what the run was judged by', async () => {
  const { opened, found } = await stopped(1, { eval_split: 0.3 })
  const handed = async (name: string) => {
    const parts = { found: { ...found, facts: { ...found.facts, data: name } }, opened, rows, data, model: 'base' }
    return (await writeHandover(parts, new MemoryFolder('p'))).rows
  }
  expect(await handed(found.facts.data)).toBe(7)
  expect(await handed(`${found.facts.data}/second`)).toBe(11)
})

it('hands nothing over on another model, with other rows, or after the end', async () => {
  const { opened, found } = await stopped(3)
  const refused = async (parts: Partial<Parameters<typeof writeHandover>[0]>) => {
    const out = new MemoryFolder('project')
    const error = await writeHandover({ found, opened, rows, data, model: 'base', ...parts }, out).catch(
      (e: unknown) => e,
    )
    expect(out.files.size).toBe(0)
    return (error as { code: string }).code
  }
  expect(await refused({ rows: rows.slice(1) })).toBe('train-other-data')
  expect(await refused({ opened: await goldenFolder('llama') })).toBe('train-other-model')
  const ended = await stopped(6)
  expect(await refused({ found: ended.found })).toBe('handover-run-ended')
})

it('hands over what the run trains on, as it was changed on the way', async () => {
  const history = [
    { after: 1, learning_rate: 5e-5 },
    { after: 2, steps: 9 },
    { after: 6, learning_rate: 1 },
  ]
  const { opened, found } = await stopped(3, { eval_split: 2, exclude_rows: [4], history, learning_rate: 1e-3 })
  const out = new MemoryFolder('project')
  const told = await writeHandover({ found, opened, rows, data, model: 'base' }, out)
  expect(told).toEqual({ step: 3, steps: 9, rows: 8 })
  const text = (path: string) => new TextDecoder().decode(out.files.get(path))
  expect(JSON.parse(text('run.json'))).toMatchObject({ learning_rate: 5e-5, max_steps: 9, history: [] })
  const first = text('data/rows.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { input_ids: number[] }).input_ids[0])
  // A row's first id is its number.
  expect(first).toHaveLength(8)
  expect(first).not.toContain(4)
  const made = JSON.parse(text('handover.json')) as { data: { not_trained: number[] } }
  expect(made.data.not_trained).toHaveLength(3)
  expect(made.data.not_trained).toContain(4)
  expect(first).not.toEqual(expect.arrayContaining(made.data.not_trained))
})

it('hands the data on as they were, by which the rows can be made and held against those made here', async () => {
  const { opened, found } = await stopped(3)
  const handed = async (more: Partial<typeof data | { along: 'ready' | 'raw'; id: string }>) => {
    const out = new MemoryFolder('project')
    await writeHandover({ found, opened, rows, data: { ...data, ...more }, model: 'base' }, out)
    const text = (path: string) => new TextDecoder().decode(out.files.get(path))
    const { data: made } = JSON.parse(text('handover.json')) as { data: Record<string, unknown> }
    return { paths: [...out.files.keys()].filter((path) => path.startsWith('data/')), made, text, out }
  }
  const both = await handed({})
  expect(both.paths).toEqual(['data/rows.jsonl', 'data/raw/问_题.jsonl'])
  expect(both.text('data/raw/问_题.jsonl')).toBe('{"text": "a"}\n')
  const sha256 = createHash('sha256').update(both.out.files.get('data/rows.jsonl')!).digest('hex')
  expect(both.made).toEqual({
    ...{ file: 'data/raw/问_题.jsonl', id: null, split: 'train', encoding: 'utf-8', is_chosen: true },
    ...{ mapping: facts.mapping, vocabulary: opened.config.vocabSize, rows: 11, not_trained: [], sha256 },
  })
  const ready = await handed({ along: 'ready' })
  expect([ready.paths, ready.made.file]).toEqual([['data/rows.jsonl'], null])
  const raw = await handed({ along: 'raw' })
  expect([raw.paths, raw.made.sha256]).toEqual([['data/raw/问_题.jsonl'], sha256])
  const named = await handed({ along: 'raw', id: 'owner/set' })
  expect([named.paths, named.made.file, named.made.id]).toEqual([[], null, 'owner/set'])
  expect(named.text('README.md')).toContain('from `owner/set`')
})
