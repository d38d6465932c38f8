import type { Value } from './values'
import {
  compared,
  contains,
  equal,
  isDict,
  isList,
  isMissing,
  isNone,
  isReal,
  isText,
  isTruth,
  isWhole,
  nameOf,
  numeric,
} from './values'

type Check = (value: Value, ...args: Value[]) => boolean

const whole = (value: Value): number => {
  const number = numeric(value)
  if (number === null) throw new TypeError(`${nameOf(value)} is no number`)
  return number
}
const isEqual: Check = (a, b) => equal(a, b)
const isUnequal: Check = (a, b) => !equal(a, b)
const isAbove: Check = (a, b) => compared(a, b) > 0
const isAtLeast: Check = (a, b) => compared(a, b) >= 0
const isBelow: Check = (a, b) => compared(a, b) < 0
const isAtMost: Check = (a, b) => compared(a, b) <= 0

/** Jinja's tests, `x is NAME`; several have a sign for a second name. */
export const CHECKS: Record<string, Check> = {
  boolean: isTruth,
  true: (value) => isTruth(value) && value.value,
  false: (value) => isTruth(value) && !value.value,
  integer: isWhole,
  float: isReal,
  number: (value) => numeric(value) !== null,
  string: isText,
  mapping: isDict,
  sequence: (value) => isText(value) || isList(value) || isDict(value),
  iterable: (value) => isText(value) || isList(value) || isDict(value) || isMissing(value),
  callable: (value) => value.type === 'FunctionValue',
  none: isNone,
  defined: (value) => !isMissing(value),
  undefined: isMissing,
  odd: (value) => Math.abs(whole(value) % 2) === 1,
  even: (value) => whole(value) % 2 === 0,
  divisibleby: (value, by) => whole(value) % whole(by) === 0,
  lower: (value) => isText(value) && value.value === value.value.toLowerCase() && /\p{Ll}/u.test(value.value),
  upper: (value) => isText(value) && value.value === value.value.toUpperCase() && /\p{Lu}/u.test(value.value),
  sameas: (a, b) => a === b || (a.type === b.type && typeof a.value !== 'object' && a.value === b.value),
  escaped: () => false,
  in: (value, holder) => contains(holder, value),
  eq: isEqual,
  equalto: isEqual,
  '==': isEqual,
  ne: isUnequal,
  '!=': isUnequal,
  gt: isAbove,
  greaterthan: isAbove,
  '>': isAbove,
  ge: isAtLeast,
  '>=': isAtLeast,
  lt: isBelow,
  lessthan: isBelow,
  '<': isBelow,
  le: isAtMost,
  '<=': isAtMost,
}
/** Those that need something to compare with. */
export const WITH_ARGUMENT = new Set(Object.keys(CHECKS).filter((name) => CHECKS[name].length > 1))
