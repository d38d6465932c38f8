import { expect, test } from 'vitest'
import { throwBombs } from '../attack/bombs'
import { attackStores } from '../attack/folders'
import { attackHub } from '../attack/hub'
import { attackInputs } from '../attack/inputs'

/** A part of `npm run attack` that takes seconds. */
test('changed inputs of every kind are read or refused by name', async () => {
  for (const { kind, tried, broke } of await attackInputs(600)) {
    expect(tried, kind).toBe(60)
    expect(broke, kind).toEqual([])
  }
})

test('small inputs that ask for everything get nothing', async () => {
  const names = [
    'template: a thousand millions',
    'template: doubling text',
    'template: lists in lists',
    'config: a million layers',
    'config: brackets without end',
    'adapter: a pattern that backtracks',
    'licence: white space',
    'safetensors: brackets without end',
    'rows: brackets without end',
  ]
  const { tried, broke } = await throwBombs(names)
  expect([tried, broke]).toEqual([names.length, []])
})

test('a store that refuses any change leaves a whole checkpoint', async () => {
  const { tried, broke } = await attackStores()
  expect(tried).toBeGreaterThan(40)
  expect(broke).toEqual([])
})

test('a hub that misbehaves is told from a model', async () => {
  const { tried, broke } = await attackHub(12)
  expect([tried, broke]).toEqual([12, []])
})
