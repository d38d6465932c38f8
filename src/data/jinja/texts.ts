import { expectRoom } from '../template-bounds'
import type { Value } from './values'
import {
  isNone,
  isText,
  isTruth,
  itemsOf,
  list,
  nameOf,
  numeric,
  printed,
  quoted,
  text,
  truth,
  tuple,
  whole,
} from './values'

type Named = ReadonlyMap<string, Value>
type Method = (given: string, args: Value[], named: Named) => Value

const SPACE = /[\s\x1c-\x1f\x85]/

/** Python's str.strip family: whole characters of a set, or whitespace. */
export function strip(given: string, side: 'both' | 'left' | 'right', characters: string | null): string {
  const all = [...given]
  const isStripped = (one: string) =>
    characters === null ? SPACE.test(one) && one !== '\ufeff' : characters.includes(one)
  let from = 0
  let to = all.length
  if (side !== 'right') while (from < to && isStripped(all[from])) from++
  if (side !== 'left') while (to > from && isStripped(all[to - 1])) to--
  return all.slice(from, to).join('')
}

const textOf = (value: Value | undefined): string => {
  if (value && isText(value)) return value.value
  throw new TypeError(`a text is needed, not ${value ? nameOf(value) : 'nothing'}`)
}
const numberOr = (value: Value | undefined, otherwise: number): number => (value && numeric(value)) ?? otherwise
const setOf = (value: Value | undefined): string | null => (value === undefined || isNone(value) ? null : textOf(value))
const texts = (all: readonly string[]): Value => list(all.map(text))
const isAll = (given: string, kind: RegExp): Value => truth(given !== '' && kind.test(given))
const isCased = (given: string, folded: string): Value =>
  truth(given === folded && given.toLowerCase() !== given.toUpperCase())

/** Python's `title`: every letter behind a character that is none is a capital. */
const title = (given: string): string =>
  given.replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())

export const capitalize = (given: string): string => given.charAt(0).toUpperCase() + given.slice(1).toLowerCase()

/** Jinja's filter of that name looks at words between spaces, hyphens and brackets. */
export const titleOfWords = (given: string): string =>
  given.replace(/[^-\s({[<]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())

function split(given: string, separator: string | null, most: number): string[] {
  if (separator === '') throw new TypeError('empty separator')
  if (separator !== null) {
    const parts = given.split(separator)
    return most < 0 || parts.length <= most + 1 ? parts : [...parts.slice(0, most), parts.slice(most).join(separator)]
  }
  const found: string[] = []
  let rest = strip(given, 'left', null)
  while (rest !== '') {
    const end = rest.search(SPACE)
    if (end < 0 || (most >= 0 && found.length === most)) return [...found, end < 0 ? rest : strip(rest, 'right', null)]
    found.push(rest.slice(0, end))
    rest = strip(rest.slice(end), 'left', null)
  }
  return found
}

function splitFromRight(given: string, separator: string | null, most: number): string[] {
  const turn = (one: string) => [...one].reverse().join('')
  return split(turn(given), separator === null ? null : turn(separator), most)
    .map(turn)
    .reverse()
}

function padded(given: string, width: number, fill: string, side: 'left' | 'right' | 'both'): string {
  expectRoom('text', width)
  const lacks = Math.max(0, width - [...given].length)
  // Python puts the odd one to the left where the width is odd.
  const left = side === 'left' ? lacks : side === 'right' ? 0 : (lacks >> 1) + (lacks & width & 1)
  return fill.repeat(left) + given + fill.repeat(lacks - left)
}

const begins =
  (at: 'startsWith' | 'endsWith'): Method =>
  (given, [one, from, to]) => {
    const part = given.slice(numberOr(from, 0), to && numberOr(to, given.length))
    return truth((isText(one) ? [one] : itemsOf(one)).some((start) => part[at](textOf(start))))
  }

const found = (given: string, [one, from]: Value[], last: boolean): number =>
  last ? given.lastIndexOf(textOf(one)) : given.indexOf(textOf(one), numberOr(from, 0))

export function replaced(given: string, [from, to, most]: Value[], named: Named = new Map()): string {
  const count = numberOr(most ?? named.get('count'), -1)
  const parts = from && isText(from) && from.value === '' ? ['', ...given, ''] : given.split(textOf(from))
  const taken = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1)
  const glue = textOf(to)
  expectRoom('text', given.length + taken * glue.length)
  const kept = textOf(from)
  return parts.reduce((all, part, i) => all + (i <= taken ? glue : kept) + part)
}

export function joined(parts: readonly string[], glue: string): string {
  expectRoom(
    'text',
    parts.reduce((sum, part) => sum + part.length + glue.length, 0),
  )
  return parts.join(glue)
}

/** Methods of Python's texts; what is not listed does not exist. */
export const TEXT_METHODS: Record<string, Method> = {
  upper: (given) => text(given.toUpperCase()),
  lower: (given) => text(given.toLowerCase()),
  casefold: (given) => text(given.toLowerCase().replaceAll('ß', 'ss')),
  swapcase: (given) =>
    text([...given].map((one) => (one === one.toLowerCase() ? one.toUpperCase() : one.toLowerCase())).join('')),
  title: (given) => text(title(given)),
  capitalize: (given) => text(capitalize(given)),
  strip: (given, [set]) => text(strip(given, 'both', setOf(set))),
  lstrip: (given, [set]) => text(strip(given, 'left', setOf(set))),
  rstrip: (given, [set]) => text(strip(given, 'right', setOf(set))),
  split: (given, [sep, most], named) =>
    texts(split(given, setOf(sep ?? named.get('sep')), numberOr(most ?? named.get('maxsplit'), -1))),
  rsplit: (given, [sep, most], named) =>
    texts(splitFromRight(given, setOf(sep ?? named.get('sep')), numberOr(most ?? named.get('maxsplit'), -1))),
  splitlines: (given, [keeps], named) => {
    const keep = keeps ?? named.get('keepends')
    const lines =
      given.match(/[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g) ?? []
    const all = lines.at(-1) === '' ? lines.slice(0, -1) : lines
    return texts(
      keep?.value ? all : all.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])$/, '')),
    )
  },
  partition(given, [sep]) {
    const at = given.indexOf(textOf(sep))
    const end = at + textOf(sep).length
    return tuple((at < 0 ? [given, '', ''] : [given.slice(0, at), textOf(sep), given.slice(end)]).map(text))
  },
  rpartition(given, [sep]) {
    const at = given.lastIndexOf(textOf(sep))
    const end = at + textOf(sep).length
    return tuple((at < 0 ? ['', '', given] : [given.slice(0, at), textOf(sep), given.slice(end)]).map(text))
  },
  replace: (given, args, named) => text(replaced(given, args, named)),
  removeprefix: (given, [one]) => text(given.startsWith(textOf(one)) ? given.slice(textOf(one).length) : given),
  removesuffix: (given, [one]) =>
    text(textOf(one) !== '' && given.endsWith(textOf(one)) ? given.slice(0, -textOf(one).length) : given),
  startswith: begins('startsWith'),
  endswith: begins('endsWith'),
  find: (given, args) => whole(found(given, args, false)),
  rfind: (given, args) => whole(found(given, args, true)),
  index(given, args) {
    const at = found(given, args, false)
    if (at < 0) throw new RangeError('substring not found')
    return whole(at)
  },
  count: (given, [one]) => whole(given.split(textOf(one)).length - 1),
  join: (given, [items]) => text(joined(itemsOf(items).map(textOf), given)),
  isdigit: (given) => isAll(given, /^\p{Nd}+$/u),
  isdecimal: (given) => isAll(given, /^\p{Nd}+$/u),
  isnumeric: (given) => isAll(given, /^\p{N}+$/u),
  isalpha: (given) => isAll(given, /^\p{L}+$/u),
  isalnum: (given) => isAll(given, /^[\p{L}\p{N}]+$/u),
  isspace: (given) => isAll(given, /^[\s\x1c-\x1f\x85]+$/),
  isupper: (given) => isCased(given, given.toUpperCase()),
  islower: (given) => isCased(given, given.toLowerCase()),
  zfill: (given, [width]) => {
    const sign = /^[+-]/.exec(given)?.[0] ?? ''
    return text(sign + padded(given.slice(sign.length), numberOr(width, 0) - sign.length, '0', 'left'))
  },
  ljust: (given, [width, fill]) => text(padded(given, numberOr(width, 0), fill ? textOf(fill) : ' ', 'right')),
  rjust: (given, [width, fill]) => text(padded(given, numberOr(width, 0), fill ? textOf(fill) : ' ', 'left')),
  center: (given, [width, fill]) => text(padded(given, numberOr(width, 0), fill ? textOf(fill) : ' ', 'both')),
  format: (given, args, named) => text(formatted(given, args, named)),
}

/** `str.format` with plain fields: `{}`, `{0}`, `{name}`. */
function formatted(given: string, args: readonly Value[], named: Named): string {
  let next = 0
  return given.replace(/\{\{|\}\}|\{(\w*)\}|[{}]/g, (whole, field?: string) => {
    if (whole === '{{' || whole === '}}') return whole[0]
    if (field === undefined) throw new SyntaxError('only plain fields of a format are known')
    const value = field === '' ? args[next++] : /^\d+$/.test(field) ? args[Number(field)] : named.get(field)
    if (value === undefined) throw new RangeError(`the format has no value for {${field}}`)
    return printed(value)
  })
}

/** Python's `%` of a text and its values. */
export function percent(given: string, values: Value): string {
  const args = values.type === 'TupleValue' ? itemsOf(values) : [values]
  let next = 0
  return given.replace(
    /%([-+0# ]*)(\d*)(?:\.(\d+))?([%a-zA-Z])/g,
    (_, flags: string, width: string, digits, kind: string) => {
      if (kind === '%') return '%'
      const value = args[next++]
      if (value === undefined) throw new TypeError('not enough arguments for format string')
      const said = converted(value, kind, digits === undefined ? null : Number(digits))
      const signed = /[dif]/.test(kind) && flags.includes('+') && !said.startsWith('-') ? `+${said}` : said
      if (flags.includes('-')) return padded(signed, Number(width), ' ', 'right')
      if (!flags.includes('0') || kind === 's') return padded(signed, Number(width), ' ', 'left')
      const sign = /^[+-]/.exec(signed)?.[0] ?? ''
      return sign + padded(signed.slice(sign.length), Number(width) - sign.length, '0', 'left')
    },
  )
}

function converted(value: Value, kind: string, digits: number | null): string {
  if (kind === 's') return printed(value).slice(0, digits ?? undefined)
  if (kind === 'r') return isText(value) ? quoted(value.value) : printed(value)
  const number = numeric(value)
  if (number === null) throw new TypeError(`%${kind} needs a number, not ${nameOf(value)}`)
  if (kind === 'd' || kind === 'i') return String(Math.trunc(number))
  if (kind === 'x') return Math.trunc(number).toString(16)
  if (kind === 'f') return number.toFixed(digits ?? 6)
  if (isTruth(value)) return printed(value)
  throw new SyntaxError(`%${kind} is not known`)
}
