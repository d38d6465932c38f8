import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { mutations } from '../../scripts/mutations/index.mjs'

// `npm run mutate` takes an hour; that its faults can still be planted shows at once.
it('every deliberate fault finds its text once, changes it, and names a test that is there', () => {
  const stale = mutations.filter(
    ({ file, find, replace, test }) =>
      !existsSync(file) ||
      readFileSync(file, 'utf8').split(find).length !== 2 ||
      find === replace ||
      !existsSync(test.file),
  )
  expect(stale.map(({ name }) => name)).toEqual([])
})

it('every deliberate fault has a name of its own', () => {
  expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length)
})
