import { expect, test } from 'vitest'
import { readRecord, type RunRecord } from '../../src/state/run-record'

const record = { id: 'a', name: 'One', curve: [] } as unknown as RunRecord
const said = [{ step: 0, row: 1, question: 'q', expected: 'e', text: 't', cut: false }]

test('a record of a version that called the answers samples is read', () => {
  const older = { ...record, samples: said }
  expect(readRecord(older)).toEqual({ ...record, answers: said })
  expect(readRecord({ ...record, answers: said })).toEqual({ ...record, answers: said })
})
