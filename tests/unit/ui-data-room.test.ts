import { beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/api/types'
import { createDataRoom } from '../../src/state/data-room'
import { recommendedRun } from '../../src/run-file/run-file'
import { createFakeEngine } from '../helpers/fake-engine'
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
  test('columns that nobody can tell apart are asked about by name', async () => {
    change = { mapping: { format: 'unknown', user: '甲', assistant: '乙' }, columns: ['编号', '甲', '乙'], rowsKept: 0 }
    const data = room()
    await data.openFile(csv('x.csv'))
    expect(data.store.getState().error).toMatchObject({
      code: 'data-mapping-unknown',
      params: { columns: ['编号', '甲', '乙'] },
    })
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
