import { expect, it } from 'vitest'
import { relativeError } from '../helpers/gpu'

// Every kernel test fills its results with NaN beforehand: what is not written must show.
it('the error of results keeps a NaN wherever it stands, and sees a missing or a surplus value', () => {
  expect(relativeError([1, 2.5], [1, 2])).toBe(0.25)
  for (const results of [
    [NaN, 2, 4],
    [1, NaN, 4],
    [1, 2, NaN],
    [1, 2],
    [1, 2, 4, 8],
  ]) {
    expect(relativeError(results, [1, 2, 4]), results.join()).toBeNaN()
  }
  expect(relativeError([1, 2, 4], [1, NaN, 4])).toBeNaN()
})
