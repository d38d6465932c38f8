import { beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/api/types'
import { createRowsGlass, glassRows, type RowsGlass } from '../../src/state/rows-glass'
import { fail } from '../../src/errors'
import { createFakeEngine } from '../helpers/fake-engine'

let engine: Engine
let glass: RowsGlass
beforeEach(async () => {
  engine = createFakeEngine(0)
  await engine.loadModel({ kind: 'builtin' })
  glass = createRowsGlass(engine)
})
const rows = (more: Partial<Parameters<typeof glassRows>[0]> = {}) =>
  glassRows({ ...glass.store.getState(), seen: [], held: [], excluded: [], ...more })

describe('rows under the glass', () => {
  test('without an adapter there is a before and no after', async () => {
    await glass.measure()
    expect(glass.store.getState()).toMatchObject({ measuring: false, after: null, error: null })
    expect(rows().map(({ before, after, label }) => [before, after, label])).toEqual(
      Array.from({ length: 6 }, () => [2.4, null, null]),
    )
  })

  test('are labelled, sorted, and shown by label', async () => {
    await engine.loadAdapter({ name: 'a', list: async () => [], open: async () => null })
    await glass.measure()
    expect(rows().map(({ row, label }) => [row, label])).toEqual([
      [1, null],
      [2, null],
      [3, 'by-heart'],
      [4, null],
      [5, 'fights'],
      [6, 'never-learnt'],
    ])
    glass.sortBy('after')
    expect(rows().map(({ row }) => row)).toEqual([5, 6, 4, 2, 1, 3])
    glass.sortBy('after')
    expect(rows()[0]).toMatchObject({ row: 3, gain: 2.38 })
    glass.showOnly('fights')
    expect(rows()).toMatchObject([{ row: 5, before: 2.4, after: 2.6 }])
    glass.forgetAfter()
    expect(rows().every(({ after, label }) => after === null && label === null)).toBe(true)
  })

  test('of a run that is known only what was trained has a label; the last time counts', async () => {
    await engine.loadAdapter({ name: 'a', list: async () => [], open: async () => null })
    await glass.measure()
    const seen = [1, 2, 3].flatMap((step) => [1, 2, 4].map((row) => [row, step, 3 - step / 2] as const))
    const shown = rows({ seen, held: [5, 6], excluded: [3] })
    expect(shown.map(({ label }) => label)).toEqual([null, null, null, null, null, null])
    expect(shown[0]).toMatchObject({ during: 1.5, held: false, excluded: false })
    expect(shown[2]).toMatchObject({ during: null, excluded: true })
    expect(shown[4]).toMatchObject({ during: null, held: true })
    // Rows that were seen stand there before anything is measured; those without a value come last.
    glass.forget()
    glass.sortBy('during')
    expect(rows({ seen, excluded: [9] }).map(({ row }) => row)).toEqual([1, 2, 4, 9])
  })

  test('a row is opened with what base and adapter think of its tokens; what fails is said', async () => {
    await glass.open(4)
    expect(glass.store.getState()).toMatchObject({ opened: 4, tokens: { row: 4 }, error: null })
    await glass.open(null)
    expect(glass.store.getState()).toMatchObject({ opened: null, tokens: null })
    engine.rowTokens = () => Promise.reject(fail('engine-no-row', { row: 7 }))
    await glass.open(7)
    expect(glass.store.getState()).toMatchObject({ opened: 7, tokens: null, error: { code: 'engine-no-row' } })
  })
})
