import { expectRoom } from '../template-bounds'
import { percent } from './texts'
import type { Value } from './values'
import {
  compared,
  contains,
  equal,
  isList,
  isMissing,
  isReal,
  isText,
  isWhole,
  list,
  nameOf,
  numeric,
  printed,
  real,
  text,
  truth,
  whole,
} from './values'

const ORDER: Record<string, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
}
/** Operators that chain: `0 < x < 2`. */
export const COMPARISONS = new Set([...Object.keys(ORDER), '==', '!=', 'in', 'not in'])

/** What two values give under an operator, as in Python. */
export function calculate(operator: string, a: Value, b: Value): Value {
  if (operator === '==') return truth(equal(a, b))
  if (operator === '!=') return truth(!equal(a, b))
  if (operator === 'in' || operator === 'not in') return truth(contains(b, a) === (operator === 'in'))
  if (operator === '~') return text(printed(a) + printed(b))
  if (isMissing(a) || isMissing(b)) throw new TypeError(`"${operator}" has nothing to work on`)
  if (Object.hasOwn(ORDER, operator)) return truth(ORDER[operator](compared(a, b)))
  const [x, y] = [numeric(a), numeric(b)]
  if (x !== null && y !== null) return reckoned(operator, x, y, isReal(a) || isReal(b))
  if (operator === '+' && isText(a) && isText(b)) return text(a.value + b.value)
  if (operator === '+' && isList(a) && isList(b) && a.type === b.type) return list([...a.value, ...b.value])
  if (operator === '%' && isText(a)) return text(percent(a.value, b))
  if (operator === '*' && (isWhole(a) || isWhole(b))) {
    const [times, holder] = isWhole(a) ? [a.value, b] : [(b as Value & { value: number }).value, a]
    if (isText(holder)) {
      expectRoom('text', holder.value.length * times)
      return text(holder.value.repeat(Math.max(0, times)))
    }
    if (isList(holder)) expectRoom('values', holder.value.length * times)
    if (isList(holder)) return list(Array.from({ length: Math.max(0, times) }, () => holder.value).flat())
  }
  throw new TypeError(`"${operator}" is not for ${nameOf(a)} and ${nameOf(b)}`)
}

function reckoned(operator: string, x: number, y: number, isFloat: boolean): Value {
  const number = (value: number) => (isFloat ? real(value) : whole(value))
  if (['/', '//', '%'].includes(operator) && y === 0) throw new RangeError('division by zero')
  if (operator === '+') return number(x + y)
  if (operator === '-') return number(x - y)
  if (operator === '*') return number(x * y)
  if (operator === '/') return real(x / y)
  if (operator === '//') return number(Math.floor(x / y))
  if (operator === '%') return number(x - y * Math.floor(x / y))
  if (operator === '**') return isFloat || y < 0 ? real(x ** y) : whole(x ** y)
  throw new SyntaxError(`"${operator}" is not known`)
}
