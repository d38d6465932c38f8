/** What a field may be; plain data, so that it crosses a worker boundary and is worded in either language. */
export type Expectation =
  | { kind: 'number'; min?: number; above?: number; below?: number; not?: number; integer?: boolean }
  | { kind: 'boolean' }
  | { kind: 'choice'; values: string[] }
  | { kind: 'only'; value: unknown }

export function expectationText(expected: Expectation, language: 'en' | 'zh'): string {
  const english = language === 'en'
  switch (expected.kind) {
    case 'boolean':
      return english ? 'true or false' : 'true 或 false'
    case 'choice':
      return (english ? 'one of ' : '以下之一：') + expected.values.join(english ? ', ' : '、')
    case 'only':
      return (english ? 'only ' : '只能是 ') + JSON.stringify(expected.value)
    case 'number': {
      const { min, above, below, not } = expected
      const noun = english ? (expected.integer ? 'a whole number' : 'a number') : expected.integer ? '整数' : '数字'
      const limits = [
        min === undefined ? '' : `≥ ${min}`,
        above === undefined ? '' : `> ${above}`,
        below === undefined ? '' : `< ${below}`,
        not === undefined ? '' : `≠ ${not}`,
      ].filter(Boolean)
      return [noun, limits.join(english ? ' and ' : ' 且 ')].filter(Boolean).join(' ')
    }
  }
}
