import type { Expectation } from '../../../errors/expectation'

export function expectationText(expected: Expectation): string {
  switch (expected.kind) {
    case 'boolean':
      return 'true 或 false'
    case 'letter':
      return '单个字母或符号'
    case 'text':
      return '文本'
    case 'texts':
      return '文本列表'
    case 'rows':
      return '行号列表（从 1 开始）'
    case 'choice':
      return `以下之一：${expected.values.join('、')}`
    case 'only':
      return `只能是 ${JSON.stringify(expected.value)}`
    case 'number': {
      const { min, max, above, below, not } = expected
      const limits = [
        min === undefined ? '' : `≥ ${min}`,
        max === undefined ? '' : `≤ ${max}`,
        above === undefined ? '' : `> ${above}`,
        below === undefined ? '' : `< ${below}`,
        not === undefined ? '' : `≠ ${not}`,
      ].filter(Boolean)
      return [expected.integer ? '整数' : '数字', limits.join(' 且 ')].filter(Boolean).join(' ')
    }
  }
}
