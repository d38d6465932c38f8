import type { Expectation } from '../../../errors/expectation'

export function expectationText(expected: Expectation): string {
  switch (expected.kind) {
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${expected.values.join(', ')}`
    case 'only':
      return `only ${JSON.stringify(expected.value)}`
    case 'number': {
      const { min, above, below, not } = expected
      const limits = [
        min === undefined ? '' : `≥ ${min}`,
        above === undefined ? '' : `> ${above}`,
        below === undefined ? '' : `< ${below}`,
        not === undefined ? '' : `≠ ${not}`,
      ].filter(Boolean)
      return [expected.integer ? 'a whole number' : 'a number', limits.join(' and ')].filter(Boolean).join(' ')
    }
  }
}
