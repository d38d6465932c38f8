import { expectRoom } from '../template-bounds'
import { CHECKS } from './checks'
import { capitalize, joined, percent, replaced, strip, TEXT_METHODS, titleOfWords } from './texts'
import type { Value } from './values'
import {
  attribute,
  compared,
  equal,
  isDict,
  isMissing,
  isNone,
  isText,
  isTrue,
  isTruth,
  isWhole,
  itemsOf,
  list,
  missing,
  nameOf,
  numeric,
  printed,
  real,
  text,
  tuple,
  whole,
} from './values'

/** What a filter is given: positional arguments, those with names, and the other filters by name. */
interface Given {
  args: Value[]
  named: ReadonlyMap<string, Value>
  apply(name: string, value: Value, args: Value[]): Value
}
type Filter = (value: Value, given: Given) => Value

/** The argument of a name, or at its place. */
const arg = ({ args, named }: Given, name: string, at: number): Value | undefined => named.get(name) ?? args[at]
const isOn = (value: Value | undefined): boolean => value !== undefined && isTrue(value)
const numberOf = (value: Value | undefined, otherwise: number): number => (value && numeric(value)) ?? otherwise

const method =
  (name: string): Filter =>
  (value, { args, named }) =>
    TEXT_METHODS[name](printed(value), args, named)

/** As Jinja compares: capitals are small letters, unless told otherwise. */
const folded = (value: Value, caseSensitive: boolean): Value =>
  isText(value) && !caseSensitive ? text(value.value.toLowerCase()) : value

/** How items are compared: by an attribute or several, folded. */
function keyOf(given: Given, name: string, at: number, caseSensitive: boolean): (item: Value) => Value {
  const path = arg(given, name, at)
  if (path === undefined || isNone(path)) return (item) => folded(item, caseSensitive)
  const paths = isText(path) ? path.value.split(',').map((one) => text(one)) : [path]
  if (paths.length === 1) return (item) => folded(attribute(item, paths[0]), caseSensitive)
  return (item) => list(paths.map((one) => folded(attribute(item, one), caseSensitive)))
}

function sorted(items: readonly Value[], key: (item: Value) => Value, reverse: boolean): Value[] {
  const keyed = items.map((item) => ({ item, key: key(item) }))
  keyed.sort((a, b) => (reverse ? compared(b.key, a.key) : compared(a.key, b.key)))
  return keyed.map(({ item }) => item)
}

const extreme =
  (sign: 1 | -1): Filter =>
  (value, given) => {
    const key = keyOf(given, 'attribute', 1, isOn(arg(given, 'case_sensitive', 0)))
    const items = itemsOf(value)
    if (items.length === 0) return missing()
    return items.reduce((best, item) => (sign * compared(key(item), key(best)) > 0 ? item : best))
  }

/** Whether an item passes `select`'s test, or is true where none is named. */
function passes(item: Value, args: readonly Value[]): boolean {
  if (args.length === 0) return isTrue(item)
  const check = CHECKS[printed(args[0])]
  if (!check) throw new SyntaxError(`no test is called ${printed(args[0])}`)
  return check(item, ...args.slice(1))
}
const selecting =
  (isWanted: boolean): Filter =>
  (value, { args }) =>
    list(itemsOf(value).filter((item) => passes(item, args) === isWanted))
const selectingBy =
  (isWanted: boolean): Filter =>
  (value, { args: [path, ...args] }) =>
    list(itemsOf(value).filter((item) => passes(attribute(item, path), args) === isWanted))

/** Half to even, as Python rounds. */
function round(value: number, digits: number): number {
  const scaled = value * 10 ** digits
  const floor = Math.floor(scaled)
  const isHalf = scaled - floor === 0.5
  return (isHalf ? floor + Math.abs(floor % 2) : Math.round(scaled)) / 10 ** digits
}

function toWhole(value: Value, given: Given): Value {
  const otherwise = arg(given, 'default', 0) ?? whole(0)
  if (!isText(value)) {
    const number = numeric(value)
    return number === null ? otherwise : whole(Math.trunc(number))
  }
  const base = numberOf(arg(given, 'base', 1), 10)
  const plain = strip(value.value, 'both', null).replaceAll('_', '').toLowerCase()
  const digits = base === 16 ? plain.replace(/^0x/, '') : base === 2 ? plain.replace(/^0b/, '') : plain
  if (base !== 10) return /^[+-]?[0-9a-z]+$/.test(digits) ? whole(parseInt(digits, base)) : otherwise
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(digits) ? whole(Math.trunc(Number(digits))) : otherwise
}

function toReal(value: Value, given: Given): Value {
  const number = isText(value) && value.value.trim() !== '' ? Number(value.value.replaceAll('_', '')) : numeric(value)
  return number === null || Number.isNaN(number) ? (arg(given, 'default', 0) ?? real(0)) : real(number)
}

function indented(value: Value, given: Given): Value {
  const width = arg(given, 'width', 0)
  const by =
    width && isText(width)
      ? width.value
      : (TEXT_METHODS.ljust('', [whole(numberOf(width, 4))], new Map()).value as string)
  const [first, blank] = [isOn(arg(given, 'first', 1)), isOn(arg(given, 'blank', 2))]
  const lines = `${printed(value)}\n`.match(/[^\n]*\n/g)!.map((line) => line.slice(0, -1).replace(/\r$/, ''))
  const said = lines.map((line, i) => (i === 0 || (line === '' && !blank) ? line : by + line))
  return text((first ? by : '') + joined(said, '\n'))
}

function batches(value: Value, given: Given): Value {
  const size = numberOf(arg(given, 'linecount', 0), 1)
  expectRoom('values', size)
  const fill = arg(given, 'fill_with', 1)
  const items = itemsOf(value)
  const all = Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, i * size + size))
  const last = all.at(-1)
  if (last && fill && !isNone(fill)) while (last.length < size) last.push(fill)
  return list(all.map(list))
}

function slices(value: Value, given: Given): Value {
  const count = numberOf(arg(given, 'slices', 0), 1)
  expectRoom('values', count)
  const fill = arg(given, 'fill_with', 1)
  const items = itemsOf(value)
  const [size, longer] = [Math.floor(items.length / count), items.length % count]
  return list(
    Array.from({ length: count }, (_, i) => {
      const from = i * size + Math.min(i, longer)
      const part = items.slice(from, from + size + (i < longer ? 1 : 0))
      return list(fill && !isNone(fill) && i >= longer ? [...part, fill] : part)
    }),
  )
}

function groups(value: Value, given: Given): Value {
  const path = arg(given, 'attribute', 0)
  if (!path) throw new TypeError('groupby needs an attribute')
  const otherwise = arg(given, 'default', 1)
  const of = (item: Value) => {
    const found = attribute(item, path)
    return isMissing(found) && otherwise ? otherwise : found
  }
  const isCased = isOn(arg(given, 'case_sensitive', 2))
  const found: { key: Value; items: Value[] }[] = []
  for (const item of sorted(itemsOf(value), (one) => folded(of(one), isCased), false)) {
    const last = found.at(-1)
    if (last && equal(folded(last.key, isCased), folded(of(item), isCased))) last.items.push(item)
    else found.push({ key: of(item), items: [item] })
  }
  return list(found.map(({ key, items }) => tuple([key, list(items)])))
}

function mapped(value: Value, given: Given): Value {
  const path = given.named.get('attribute')
  if (path) {
    const otherwise = given.named.get('default')
    return list(
      itemsOf(value).map((item) => {
        const found = attribute(item, path)
        return isMissing(found) && otherwise ? otherwise : found
      }),
    )
  }
  const [name, ...args] = given.args
  return list(itemsOf(value).map((item) => given.apply(printed(name), item, args)))
}

function truncated(value: Value, given: Given): Value {
  const length = numberOf(arg(given, 'length', 0), 255)
  const end = arg(given, 'end', 2)
  const dots = end ? printed(end) : '...'
  const said = [...printed(value)]
  if (said.length <= length + numberOf(arg(given, 'leeway', 3), 5)) return value
  const cut = said.slice(0, Math.max(0, length - dots.length)).join('')
  if (isOn(arg(given, 'killwords', 1))) return text(cut + dots)
  const space = cut.lastIndexOf(' ')
  return text((space < 0 ? cut : cut.slice(0, space)) + dots)
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
const escape: Filter = (value) => text(printed(value).replace(/[&<>"']/g, (one) => ESCAPES[one]))

const length: Filter = (value) => {
  if (isText(value)) return whole([...value.value].length)
  if (isNone(value) || numeric(value) !== null) throw new TypeError(`${nameOf(value)} has no length`)
  return whole(itemsOf(value).length)
}

const fallback: Filter = (value, given) => {
  const otherwise = arg(given, 'default_value', 0) ?? text('')
  return isMissing(value) || (isOn(arg(given, 'boolean', 1)) && !isTrue(value)) ? otherwise : value
}

/** Jinja's filters by name, as jinja2 has them; `tojson` is the package's own, which follows transformers. */
export const FILTERS: Record<string, Filter> = {
  abs: (value) => {
    const number = numeric(value)
    if (number === null) throw new TypeError(`${nameOf(value)} has no absolute value`)
    return isWhole(value) || isTruth(value) ? whole(Math.abs(number)) : real(Math.abs(number))
  },
  attr: () => missing(),
  batch: batches,
  capitalize: (value) => text(capitalize(printed(value))),
  center: (value, { args }) => TEXT_METHODS.center(printed(value), args.length > 0 ? args : [whole(80)], new Map()),
  count: length,
  d: fallback,
  default: fallback,
  dictsort(value, given) {
    if (!isDict(value)) throw new TypeError(`${nameOf(value)} has no keys`)
    const by = arg(given, 'by', 1)
    const at = by && printed(by) === 'value' ? 1 : 0
    const isCased = isOn(arg(given, 'case_sensitive', 0))
    const pairs = [...value.value].map(([key, one]) => tuple([text(key), one]))
    const key = (pair: Value) => folded((pair.value as Value[])[at], isCased)
    return list(sorted(pairs, key, isOn(arg(given, 'reverse', 2))))
  },
  e: escape,
  escape,
  first: (value) => itemsOf(value)[0] ?? missing(),
  float: toReal,
  forceescape: escape,
  format: (value, { args }) => text(percent(printed(value), tuple(args))),
  groupby: groups,
  indent: indented,
  int: toWhole,
  items: (value) => {
    if (isMissing(value)) return list([])
    if (!isDict(value)) throw new TypeError(`${nameOf(value)} has no items`)
    return list([...value.value].map(([key, one]) => tuple([text(key), one])))
  },
  join(value, given) {
    const path = arg(given, 'attribute', 1)
    const items = itemsOf(value).map((item) => (path && !isNone(path) ? attribute(item, path) : item))
    const glue = arg(given, 'd', 0)
    return text(joined(items.map(printed), glue ? printed(glue) : ''))
  },
  last: (value) => itemsOf(value).at(-1) ?? missing(),
  length,
  list: (value) => list(itemsOf(value)),
  lower: method('lower'),
  map: mapped,
  max: extreme(1),
  min: extreme(-1),
  reject: selecting(false),
  rejectattr: selectingBy(false),
  replace: (value, { args, named }) => text(replaced(printed(value), args, named)),
  reverse: (value) => (isText(value) ? text([...value.value].reverse().join('')) : list([...itemsOf(value)].reverse())),
  round(value, given) {
    const number = numeric(value)
    if (number === null) throw new TypeError(`${nameOf(value)} cannot be rounded`)
    const digits = numberOf(arg(given, 'precision', 0), 0)
    const how = arg(given, 'method', 1)
    if (!how || printed(how) === 'common')
      return isWhole(value) ? whole(round(number, digits)) : real(round(number, digits))
    return real((printed(how) === 'ceil' ? Math.ceil : Math.floor)(number * 10 ** digits) / 10 ** digits)
  },
  safe: (value) => value,
  select: selecting(true),
  selectattr: selectingBy(true),
  slice: slices,
  sort(value, given) {
    const key = keyOf(given, 'attribute', 2, isOn(arg(given, 'case_sensitive', 1)))
    return list(sorted(itemsOf(value), key, isOn(arg(given, 'reverse', 0))))
  },
  string: (value) => text(printed(value)),
  striptags: (value) =>
    text(strip(printed(value).replace(/<!--.*?-->|<[^>]*>/gs, ''), 'both', null).replace(/\s+/g, ' ')),
  sum(value, given) {
    const path = arg(given, 'attribute', 0)
    const items = itemsOf(value).map((item) => (path && !isNone(path) ? attribute(item, path) : item))
    const start = arg(given, 'start', 1) ?? whole(0)
    const total = [start, ...items].reduce((sum, item) => sum + (numeric(item) ?? Number.NaN), 0)
    return [start, ...items].every((item) => isWhole(item) || isTruth(item)) ? whole(total) : real(total)
  },
  title: (value) => text(titleOfWords(printed(value))),
  trim: (value, given) => {
    const set = arg(given, 'chars', 0)
    return text(strip(printed(value), 'both', set && !isNone(set) ? printed(set) : null))
  },
  truncate: truncated,
  unique(value, given) {
    const key = keyOf(given, 'attribute', 1, isOn(arg(given, 'case_sensitive', 0)))
    const seen: Value[] = []
    return list(
      itemsOf(value).filter((item) => {
        const one = key(item)
        const isNew = !seen.some((other) => equal(one, other))
        if (isNew) seen.push(one)
        return isNew
      }),
    )
  },
  upper: method('upper'),
  urlencode: (value) => {
    const encode = (one: string) =>
      encodeURIComponent(one).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    if (isDict(value)) return text([...value.value].map(([k, one]) => `${encode(k)}=${encode(printed(one))}`).join('&'))
    return text(encode(printed(value)).replaceAll('%2F', '/'))
  },
  wordcount: (value) => whole((printed(value).match(/[\p{L}\p{N}_]+/gu) ?? []).length),
}
