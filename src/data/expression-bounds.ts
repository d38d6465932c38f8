import { fail } from '../errors'

type Json = Record<string, unknown>

/** Repetitions without an end in one alternative; what models are published with has two. */
const MOST_REPEATS = 3
/** A repetition of at most so many is one with an end. */
const BOUNDED = 16

/**
 * Throws 'data-tokenizer-expression' where a tokenizer.json holds a regular expression whose search may take for ever:
 * nothing can break one off once it runs. Refused is what repeats, without an end, something that itself repeats,
 * branches or varies in length, and what repeats too often in a row; no model's tokenizer needs either.
 */
export function expectBoundedExpressions(json: Json): void {
  for (const pattern of expressionsOf([json.normalizer, json.pre_tokenizer, json.decoder]))
    if (isExplosive(pattern))
      throw fail('data-tokenizer-expression', { file: 'tokenizer.json', pattern: pattern.slice(0, 80) })
}

function expressionsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) =>
    key === 'Regex' && typeof part === 'string' ? [part] : expressionsOf(part),
  )
}

interface Group {
  branches: boolean
  /** Holds something that may be there or not, or a few times. */
  varies: boolean
  repeats: boolean
  /** Repetitions of the alternative that is being read. */
  inRow: number
}

/** Whether an expression may take more than a small power of the text's length. */
export function isExplosive(pattern: string): boolean {
  const open: Group[] = [emptyGroup()]
  let closed: Group | null = null
  for (const [part] of pattern.matchAll(PARTS)) {
    const here = open.at(-1)!
    const repeated = closed
    closed = null
    if (part.startsWith('(')) open.push(emptyGroup())
    else if (part === ')' && open.length > 1) {
      closed = open.pop()!
      const outer = open.at(-1)!
      outer.repeats ||= closed.repeats
      outer.branches ||= closed.branches
      outer.varies ||= closed.varies
      outer.inRow += closed.inRow
      if (outer.inRow > MOST_REPEATS) return true
    } else if (part === '|') {
      here.branches = true
      here.inRow = 0
    } else if (isEndless(part)) {
      if (repeated && (repeated.repeats || repeated.branches || repeated.varies)) return true
      here.repeats = true
      if (++here.inRow > MOST_REPEATS) return true
    } else if (part === '?' || /^\{\d+,\d+\}$/.test(part)) {
      here.varies = true
    }
  }
  return false
}

const emptyGroup = (): Group => ({ branches: false, varies: false, repeats: false, inRow: 0 })

/** Escapes, classes (one may hold others), opening groups, quantifiers; anything else by itself. */
const PARTS = new RegExp(
  [
    /\\[pPx]\{[^}]*\}|\\./,
    /\[(?:\\.|\[(?:\\.|[^\]\\])*\]|[^\]\\])*\]/,
    /\((?:\?(?:[a-z-]*:|<?[!=]|>|<\w+>))?/,
    /\{\d+(?:,\d*)?\}|./,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gsu',
)

function isEndless(part: string): boolean {
  if (part === '*' || part === '+') return true
  const most = /^\{\d+,(\d*)\}$/.exec(part)?.[1] ?? /^\{(\d+)\}$/.exec(part)?.[1]
  return most !== undefined && (most === '' || Number(most) > BOUNDED)
}
