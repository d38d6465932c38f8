import { expect, it } from 'vitest'
import type { DataOptions } from '../../src/contracts/data'
import { EngineData } from '../../src/engine/core/engine-data'
import { memoryFile } from '../helpers/data'

const options: DataOptions = { max_length: 64, assistant_only_loss: true }
const mapping = { format: 'columns', user: 'q', assistant: 'a' } as const

it('knows what its rows were made of, and whether a person said what the columns are', async () => {
  const data = new EngineData(
    async ({ name }, { mapping: of }) => ({ rows: [], facts: { name, mapping: of } }) as never,
  )
  const file = memoryFile('rows.jsonl', '{"q": "x", "a": "y"}\n')
  expect(() => data.needSource()).toThrow('No data set is loaded')
  await data.load(file, options)
  expect(data.needSource()).toMatchObject({ source: { name: 'rows.jsonl' }, isChosen: false, rows: [] })
  await data.remap({ ...options, mapping })
  expect(data.needSource()).toMatchObject({ source: { name: 'rows.jsonl' }, isChosen: true, facts: { mapping } })
  await data.remap({ ...options, mapping: { format: 'unknown' } })
  expect(data.needSource().isChosen).toBe(false)
  // Another model: the file stays, its ids do not.
  data.dropIds()
  expect(() => data.needSource()).toThrow('No data set is loaded')
})
