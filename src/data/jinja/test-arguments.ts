import { WITH_ARGUMENT } from './checks'

export interface Token {
  value: string
  type: string
}

const PLAIN = '__is_'
const NEGATED = '__is_not_'
const OPENS: Record<string, string> = { '(': ')', '[': ']', '{': '}' }

/** Which test a filter stands for, see `testsAsFilters`; null for any other filter. */
export function isTestFilter(name: string): { name: string; isNegated: boolean } | null {
  if (name.startsWith(NEGATED)) return { name: name.slice(NEGATED.length), isNegated: true }
  return name.startsWith(PLAIN) ? { name: name.slice(PLAIN.length), isNegated: false } : null
}

/**
 * `x is divisibleby 3`, `x is in [1, 2]`: the package's parser knows tests without an argument alone. Those with one
 * become filters, which bind as tightly: `x | __is_divisibleby(3)`.
 */
export function testsAsFilters(tokens: readonly Token[]): Token[] {
  const found: Token[] = []
  for (let at = 0; at < tokens.length; at++) {
    const isNegated = tokens[at + 1]?.value === 'not'
    const test = tokens[at + (isNegated ? 2 : 1)]
    const from = at + (isNegated ? 3 : 2)
    const isTest = tokens[at].type === 'Identifier' && tokens[at].value === 'is' && test?.type === 'Identifier'
    if (!isTest || !WITH_ARGUMENT.has(test.value)) {
      found.push(tokens[at])
      continue
    }
    const to = argumentEnd(tokens, from)
    const isCall = tokens[from]?.value === '('
    const inside = isCall ? tokens.slice(from + 1, to - 1) : tokens.slice(from, to)
    found.push({ type: 'Pipe', value: '|' }, { type: 'Identifier', value: (isNegated ? NEGATED : PLAIN) + test.value })
    found.push({ type: 'OpenParen', value: '(' }, ...testsAsFilters(inside), { type: 'CloseParen', value: ')' })
    at = to - 1
  }
  return found
}

/** Behind an argument: one literal, name or bracket, with the members, items and calls that follow it. */
function argumentEnd(tokens: readonly Token[], from: number): number {
  let at = bracketEnd(tokens, from)
  while (true) {
    const next = tokens[at]?.value
    if (tokens[from]?.value === '(') return at
    if (tokens[at]?.type === 'Dot') at += 2
    else if (next === '[' || next === '(') at = bracketEnd(tokens, at)
    else return at
  }
}

function bracketEnd(tokens: readonly Token[], from: number): number {
  const close: string[] = []
  let at = from
  do {
    const { value, type } = tokens[at] ?? { value: '', type: '' }
    if (type.startsWith('Open') && OPENS[value]) close.push(OPENS[value])
    else if (close.at(-1) === value && type.startsWith('Close')) close.pop()
    at++
  } while (close.length > 0 && at < tokens.length)
  return at
}
