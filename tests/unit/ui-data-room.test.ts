import { beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/api/types'
import { createDataRoom } from '../../src/state/data-room'
import { recommendedRun } from '../../src/run-file/run-file'
import { createFakeEngine } from '../helpers/fake-engine'
import { fail } from '../../src/errors'
import type { DataSummary } from '../../src/contracts/data'

let engine: Engine
/** What the next reading says instead of what the engine would. */
let change: Partial<DataSummary>

beforeEach(async () => {
  const fake = createFakeEngine(0)
  change = {}
  engine = { ...fake, loadData: async (...args) => ({ ...(await fake.loadData(...args)), ...change }) }
  await engine.loadModel({ kind: 'builtin' })
})
const room = () => createDataRoom(engine, () => recommendedRun, 'http://page/')
const csv = (name: string) => new File(['a,b\n1,2\n'], name)

describe('files that give no rows', () => {
  test('columns that nobody can tell apart are a question and no failure', async () => {
    const columns = ['编号', '甲', '乙']
    change = { mapping: { format: 'unknown', user: '甲', assistant: '乙' }, question: 'columns', columns, rowsKept: 0 }
    const data = room()
    expect(await data.openFile(csv('x.csv'))).toBe(false)
    expect(data.store.getState()).toMatchObject({ status: 'ready', error: null, summary: { columns } })
  })
  test('an encoding that a person chooses holds for this file and no other', async () => {
    change = { question: 'encoding', encodings: [{ encoding: 'big5', sample: '渡輪' }], rowsKept: 0 }
    const seen: unknown[] = []
    const { loadData, remapData } = engine
    engine.loadData = (source, options) => (seen.push(options.encoding), loadData(source, options))
    engine.remapData = (options) => (seen.push(options.encoding), remapData(options))
    const data = room()
    expect(await data.openFile(csv('x.csv'))).toBe(false)
    await data.chooseEncoding('big5')
    await data.openFile(csv('y.csv'))
    expect(seen).toEqual([undefined, 'big5', undefined])
  })
  test('rows that are all too long say which length would hold them', async () => {
    const note = fail('data-too-long', {
      rows: 94,
      of: 94,
      leftOut: 94,
      longest: 466,
      max_length: 256,
      model: 1024,
      field: 'max_length',
      suggested: 512,
    })
    change = { rowsKept: 0, notes: [note.toJSON()] }
    const data = room()
    await data.openFile(csv('x.csv'))
    expect(data.store.getState().error).toMatchObject({ code: 'data-too-long', params: { suggested: 512 } })
  })
  test('rows that are all left out are said to be', async () => {
    change = { rowsKept: 0 }
    const data = room()
    await data.openFile(csv('x.csv'))
    expect(data.store.getState().error?.code).toBe('data-nothing-usable')
  })
})

describe('a file that cannot be read, after one that could', () => {
  const mapping = { format: 'columns' as const, user: 'b', assistant: 'a' }
  async function withGoodSet() {
    const data = room()
    await data.openFile(csv('good.csv'))
    await data.remap(mapping)
    return data
  }
  test.each([
    ['one that the engine refuses', csv('broken.csv'), 'engine-no-data'],
    ['a PDF', new File(['%PDF-1.7\n'], 'scan.csv'), 'data-foreign'],
  ])('%s leaves the set of before in its place', async (_, file, code) => {
    const data = await withGoodSet()
    const { summary } = data.store.getState()
    expect(summary?.rowsKept).toBe(91)
    expect(await data.openFile(file)).toBe(false)
    expect(data.store.getState()).toMatchObject({
      status: 'ready',
      fileName: 'good.csv',
      mapping,
      summary,
      error: { code },
    })
    expect(data.store.getState().source).toMatchObject({ file: { name: 'good.csv' } })
    expect(data.store.getState().preview).toHaveLength(3)
    await data.openFile(csv('next.csv'))
    expect(data.store.getState()).toMatchObject({ fileName: 'next.csv', error: null, mapping: undefined })
  })
  test('but not once another model has come, whose tokens would be others', async () => {
    const data = await withGoodSet()
    engine.loadData = async () => Promise.reject(new Error('gone'))
    await data.reload()
    expect(data.store.getState()).toMatchObject({ status: 'empty', summary: null })
  })
})
