import type { Expectation } from '../../../errors/expectation'

export function expectationText(expected: Expectation): string {
  switch (expected.kind) {
    case 'boolean':
      return 'true or false'
    case 'letter':
      return 'one letter or sign'
    case 'text':
      return 'a text'
    case 'texts':
      return 'a list of texts'
    case 'rows':
      return 'a list of row numbers, from 1 on'
    case 'choice':
      return `one of ${expected.values.join(', ')}`
    case 'only':
      return `only ${JSON.stringify(expected.value)}`
    case 'number': {
      const { min, max, above, below, not } = expected
      const limits = [
        min === undefined ? '' : `≥ ${min}`,
        max === undefined ? '' : `≤ ${max}`,
        above === undefined ? '' : `> ${above}`,
        below === undefined ? '' : `< ${below}`,
        not === undefined ? '' : `≠ ${not}`,
      ].filter(Boolean)
      return [expected.integer ? 'a whole number' : 'a number', limits.join(' and ')].filter(Boolean).join(' ')
    }
  }
}
