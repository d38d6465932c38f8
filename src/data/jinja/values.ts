import { Environment, Interpreter } from '@huggingface/jinja'
import { pythonNumber } from '../exact-json'

/** A value of a template while it renders; the package has these classes, but does not hand them out. */
export interface Value {
  type: string
  value: unknown
  builtins: Map<string, Value>
  __bool__(): { value: boolean }
}
/** Where a template's names are looked up. */
export type Scope = Environment & { setVariable(name: string, value: Value): void }
type Make<T> = new (value?: T) => Value

const made = (value: unknown): Value => new Environment().set('value', value) as unknown as Value
const classOf = <T>(value: unknown) => made(value).constructor as Make<T>
const [Text, Whole, Real, Truth] = [
  classOf<string>(''),
  classOf<number>(1),
  classOf<number>(0.5),
  classOf<boolean>(true),
]
const [Nothing, Missing, List, Dict] = [
  classOf<never>(null),
  classOf<never>(undefined),
  classOf<Value[]>([]),
  classOf<Map<string, Value>>({}),
]
const Callable = classOf<unknown>(() => null)
const bare = new Interpreter(new Environment()) as unknown as { evaluate(node: unknown, scope: Environment): Value }
const Tuple = bare.evaluate({ type: 'TupleLiteral', value: [] }, new Environment()).constructor as Make<Value[]>

export const text = (value: string): Value => new Text(value)
export const whole = (value: number): Value => new Whole(value)
export const real = (value: number): Value => new Real(value)
export const truth = (value: boolean): Value => new Truth(value)
export const none = (): Value => new Nothing()
export const missing = (): Value => new Missing()
export const list = (items: readonly Value[]): Value => new List([...items])
export const tuple = (items: readonly Value[]): Value => new Tuple([...items])
export const dict = (entries: Iterable<[string, Value]>): Value => new Dict(new Map(entries))
export const callable = (act: (args: Value[]) => Value): Value => new Callable(act)

export const isText = (value: Value): value is Value & { value: string } => value.type === 'StringValue'
export const isList = (value: Value): value is Value & { value: Value[] } =>
  value.type === 'ArrayValue' || value.type === 'TupleValue'
export const isDict = (value: Value): value is Value & { value: Map<string, Value> } => value.type === 'ObjectValue'
export const isNone = (value: Value): boolean => value.type === 'NullValue'
export const isMissing = (value: Value): boolean => value.type === 'UndefinedValue'
export const isWhole = (value: Value): value is Value & { value: number } => value.type === 'IntegerValue'
export const isReal = (value: Value): value is Value & { value: number } => value.type === 'FloatValue'
export const isTruth = (value: Value): value is Value & { value: boolean } => value.type === 'BooleanValue'
export const isTrue = (value: Value): boolean => value.__bool__().value

/** A number, or a truth value, which is one in Python; null for others. */
export const numeric = (value: Value): number | null =>
  isWhole(value) || isReal(value) || isTruth(value) ? Number(value.value) : null

/** What a loop goes over: a list's items, a mapping's keys, a text's characters, and nothing where nothing is. */
export function itemsOf(value: Value): Value[] {
  if (isList(value)) return value.value
  if (isDict(value)) return [...value.value.keys()].map(text)
  if (isText(value)) return [...value.value].map(text)
  if (isMissing(value)) return []
  throw new TypeError(`${nameOf(value)} is not iterable`)
}

const TYPES: Record<string, string> = {
  NullValue: 'None',
  UndefinedValue: 'what is not there',
  IntegerValue: 'an integer',
  FloatValue: 'a float',
  BooleanValue: 'a truth value',
  StringValue: 'a text',
  ArrayValue: 'a list',
  TupleValue: 'a tuple',
  ObjectValue: 'a mapping',
  FunctionValue: 'a function',
}
export const nameOf = (value: Value): string => TYPES[value.type] ?? value.type

/** Python's `str`. */
export function printed(value: Value): string {
  if (isText(value)) return value.value
  return isMissing(value) ? '' : represented(value)
}

/** Python's `repr`. */
function represented(value: Value): string {
  if (isText(value)) return quoted(value.value)
  if (isNone(value)) return 'None'
  if (isTruth(value)) return value.value ? 'True' : 'False'
  if (isWhole(value)) return Number.isSafeInteger(value.value) ? String(value.value) : BigInt(value.value).toString()
  if (isReal(value)) return pythonNumber(/^-?\d+$/.test(String(value.value)) ? `${value.value}.0` : String(value.value))
  if (isDict(value)) {
    return `{${[...value.value].map(([key, one]) => `${quoted(key)}: ${represented(one)}`).join(', ')}}`
  }
  if (isList(value)) {
    const items = value.value.map(represented)
    if (value.type !== 'TupleValue') return `[${items.join(', ')}]`
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
  }
  return isMissing(value) ? 'Undefined' : String(value)
}

/** A text as Python quotes it; a number that `parseExact` marked stays one. */
export function quoted(value: string): string {
  if (/^\ufdd5[^\ufdd5]*\ufdd5$/.test(value)) return value
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
  const escaped = value.replace(/[\\'"\0-\x1f\x7f-\xa0\xad\u2028\u2029]/g, (one) => {
    if (one === '\\' || one === quote) return `\\${one}`
    if (one === "'" || one === '"') return one
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[one]
    const code = one.charCodeAt(0).toString(16)
    return known ?? (one < '\u0100' ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`)
  })
  return quote + escaped + quote
}

export function equal(a: Value, b: Value): boolean {
  const [x, y] = [numeric(a), numeric(b)]
  if (x !== null || y !== null) return x === y
  if (a.type !== b.type) return false
  if (isList(a) && isList(b))
    return a.value.length === b.value.length && a.value.every((one, i) => equal(one, (b.value as Value[])[i]))
  if (isDict(a) && isDict(b)) {
    const other = b.value
    return (
      a.value.size === other.size && [...a.value].every(([key, one]) => other.has(key) && equal(one, other.get(key)!))
    )
  }
  return a.value === b.value
}

/** Below 0, 0 or above 0, as Python orders values of one kind. */
export function compared(a: Value, b: Value): number {
  const [x, y] = [numeric(a), numeric(b)]
  if (x !== null && y !== null) return x - y
  if (isText(a) && isText(b)) return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
  if (isList(a) && isList(b)) {
    for (const [i, one] of a.value.entries()) {
      if (i >= b.value.length) return 1
      const order = equal(one, b.value[i]) ? 0 : compared(one, b.value[i])
      if (order !== 0) return order
    }
    return a.value.length - b.value.length
  }
  throw new TypeError(`${nameOf(a)} and ${nameOf(b)} have no order`)
}

export function contains(holder: Value, one: Value): boolean {
  if (isText(holder)) {
    if (isText(one)) return holder.value.includes(one.value)
    throw new TypeError(`${nameOf(one)} cannot be in a text`)
  }
  if (isDict(holder)) return isText(one) && holder.value.has(one.value)
  return itemsOf(holder).some((item) => equal(item, one))
}

/** `a.b.0` of a value, as filters name attributes. */
export function attribute(value: Value, path: Value): Value {
  let at = value
  for (const part of isText(path) ? path.value.split('.') : [String(path.value)]) {
    if (isMissing(at)) throw new TypeError(`there is nothing that could have "${part}"`)
    if (isDict(at)) at = at.value.get(part) ?? missing()
    else if (isList(at) && /^-?\d+$/.test(part)) at = at.value.at(Number(part)) ?? missing()
    else at = missing()
  }
  return at
}
