import { caseVariants } from './case-variants'
import { SPACE } from './text'

/**
 * Regular expressions as Python's `re` understands them, compiled to JavaScript's. IFEval's keywords, section marks and
 * postscript marks are such patterns, not plain words ("c++" is a possessive "c", "Mr." matches "Mrs"), so that a
 * checker that agrees with the reference must read them as it does.
 *
 * Two dialects differ in what a word and a space are: Python's own `re`, and the `regex` package through which NLTK
 * 3.10 runs its patterns (combining marks belong to words, superscript digits do not).
 */
type Dialect = 're' | 'regex'

export interface PatternFlags {
  ignoreCase?: boolean
  multiline?: boolean
  dialect?: Dialect
}

/** Not a pattern in Python, or one of the few constructs that cannot be carried over. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

const WORD = { re: '\\p{L}\\p{N}_', regex: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}' }
const BLANK = {
  re: SPACE,
  regex: '\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
}
const ANY = '[\\s\\S]'
// Without the flag m this is the very end of the text.
const END = '$'
const CONTROL: Record<string, string> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
const MAX_REPEAT = 4294967295

const known = new Map<string, RegExp>()

/** A global expression that matches where Python's would. Throws PatternError. */
export function pythonPattern(pattern: string, flags: PatternFlags = {}): RegExp {
  const key = `${flags.dialect ?? 're'} ${flags.ignoreCase ? 'i' : ''}${flags.multiline ? 'm' : ''} ${pattern}`
  let found = known.get(key)
  if (!found) {
    // Answers are judged against few patterns at a time; a long list of rules must not pile them up.
    if (known.size > 500) known.clear()
    known.set(key, (found = new RegExp(new Translator(pattern, flags).translate(), 'gv')))
  }
  found.lastIndex = 0
  return found
}

/** `re.search(...) is not None`. */
export const matches = (pattern: string, text: string, flags?: PatternFlags): boolean =>
  pythonPattern(pattern, flags).test(text)

/**
 * `re.findall`, whole matches. One difference is left: behind an empty match Python looks for a longer one at the same
 * place (`b??`, `|b`), JavaScript goes on.
 */
export const findAll = (pattern: string, text: string, flags?: PatternFlags): string[] =>
  Array.from(found(pattern, text, flags), (match) => match[0])

/** `re.split`: what the pattern's own groups held stands between the pieces, null where one took no part. */
export function splitBy(pattern: string, text: string, flags?: PatternFlags): (string | null)[] {
  const pieces: (string | null)[] = []
  let from = 0
  for (const match of found(pattern, text, flags)) {
    pieces.push(text.slice(from, match.index))
    for (const [name, held] of Object.entries(match.groups ?? {})) if (name[0] === 'g') pieces.push(held ?? null)
    from = match.index + match[0].length
  }
  return [...pieces, text.slice(from)]
}

function* found(pattern: string, text: string, flags?: PatternFlags): Generator<RegExpExecArray> {
  for (const match of text.matchAll(pythonPattern(pattern, flags))) {
    // V8 tries empty matches between the halves of a surrogate pair, too.
    const isInside =
      match[0] === '' && /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(match.index - 1, match.index + 1))
    if (!isInside) yield match
  }
}

interface State {
  ignoreCase: boolean
  multiline: boolean
  dotAll: boolean
}

/** Recursive descent over one pattern; case is spelt out, so that flags may change inside it. */
class Translator {
  private readonly chars: string[]
  private readonly dialect: Dialect
  private at = 0
  private groups = 0
  private atomics = 0
  private readonly names = new Map<string, number>()
  private readonly open = new Set<number>()
  private state: State

  constructor(pattern: string, flags: PatternFlags) {
    this.chars = Array.from(pattern)
    this.dialect = flags.dialect ?? 're'
    this.state = { ignoreCase: flags.ignoreCase === true, multiline: flags.multiline === true, dotAll: false }
  }

  translate(): string {
    const source = this.alternatives(true)
    if (this.at < this.chars.length) throw new PatternError('unbalanced parenthesis')
    return source
  }

  private alternatives(isTop = false): string {
    const parts = [this.sequence(isTop)]
    while (this.take('|')) parts.push(this.sequence(false))
    return parts.join('|')
  }

  private sequence(isTop: boolean): string {
    let out = ''
    while (this.at < this.chars.length && this.peek() !== '|' && this.peek() !== ')') {
      const atStart = isTop && this.at === 0
      const item = this.item(atStart)
      const repeat = this.repeat()
      if (!repeat) {
        out += item.source
        continue
      }
      if (!item.repeatable) throw new PatternError('nothing to repeat')
      const [times, mode] = repeat
      if (mode === 'possessive') {
        out += this.atomic(`(?:${item.source})${times}`)
      } else out += `(?:${item.source})${times}${mode === 'lazy' ? '?' : ''}`
      if (this.repeat()) throw new PatternError('multiple repeat')
    }
    return out
  }

  /** A lookahead keeps its first match, which the reference to it then consumes. */
  private atomic(source: string): string {
    const name = `a${++this.atomics}`
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`
  }

  /** A repetition behind an item, or null: its JavaScript form and how it matches. Other braces are literals. */
  private repeat(): [string, 'greedy' | 'lazy' | 'possessive'] | null {
    const from = this.at
    const c = this.peek()
    let times: string
    if (c === '*' || c === '+' || c === '?') {
      this.at++
      times = c
    } else if (c === '{') {
      const counted = this.counted()
      if (counted === null) {
        this.at = from
        return null
      }
      times = counted
    } else return null
    return [times, this.take('?') ? 'lazy' : this.take('+') ? 'possessive' : 'greedy']
  }

  private counted(): string | null {
    this.at++
    if (this.peek() === '}') return null
    const low = this.digits()
    const high = this.take(',') ? this.digits() : low
    if (!this.take('}')) return null
    const [min, max] = [Number(low || 0), high === '' ? Infinity : Number(high)]
    if (min >= MAX_REPEAT || (max >= MAX_REPEAT && max !== Infinity))
      throw new PatternError('the repetition number is too large')
    if (max < min) throw new PatternError('min repeat greater than max repeat')
    return max === Infinity ? `{${min},}` : `{${min},${max}}`
  }

  private digits(): string {
    let out = ''
    while (/[0-9]/.test(this.peek() ?? '')) out += this.chars[this.at++]
    return out
  }

  private item(atStart: boolean): { source: string; repeatable: boolean } {
    const c = this.chars[this.at++]
    const anchor = (source: string) => ({ source, repeatable: false })
    const unit = (source: string) => ({ source, repeatable: true })
    switch (c) {
      case '.':
        return unit(this.state.dotAll ? ANY : '[^\\n]')
      case '^':
        return anchor(this.state.multiline ? '(?<=^|\\n)' : '^')
      case '$':
        return anchor(this.state.multiline ? `(?:(?=\\n)|${END})` : `(?=\\n?${END})`)
      case '[':
        return unit(this.characterClass())
      case '(':
        return this.group(atStart)
      case '\\':
        return this.escape()
      case '*':
      case '+':
      case '?':
        throw new PatternError('nothing to repeat')
      default:
        return unit(this.literal(c))
    }
  }

  private group(atStart: boolean): { source: string; repeatable: boolean } {
    const before = { ...this.state }
    const closed = (head: string, number?: number) => {
      if (number !== undefined) this.open.add(number)
      const inner = this.alternatives()
      if (!this.take(')')) throw new PatternError('missing ), unterminated subpattern')
      if (number !== undefined) this.open.delete(number)
      this.state = before
      return { source: `(?:${head}${inner}))`, repeatable: true }
    }
    if (!this.take('?')) {
      const number = ++this.groups
      return closed(`(?<g${number}>`, number)
    }
    const kind = this.chars[this.at++]
    switch (kind) {
      case ':':
        return closed('(?:')
      case '=':
      case '!':
        return closed(`(?${kind}`)
      case '>':
        return { source: this.atomic(closed('(?:').source), repeatable: true }
      case '#':
        while (this.at < this.chars.length && this.peek() !== ')') this.at++
        if (!this.take(')')) throw new PatternError('missing ), unterminated comment')
        return { source: '', repeatable: false }
      case '<': {
        const look = this.chars[this.at++]
        if (look !== '=' && look !== '!') throw new PatternError('unknown extension ?<')
        return closed(`(?<${look}`)
      }
      case 'P':
        return this.named(closed)
      case undefined:
        throw new PatternError('unexpected end of pattern')
      case '(':
        throw new PatternError('conditional patterns are not supported')
      default:
        this.at--
        return this.flagged(atStart, closed)
    }
  }

  private named(closed: (head: string, number?: number) => { source: string; repeatable: boolean }) {
    const kind = this.chars[this.at++]
    const end = kind === '<' ? '>' : kind === '=' ? ')' : null
    if (end === null) throw new PatternError(`unknown extension ?P${kind ?? ''}`)
    let name = ''
    while (this.at < this.chars.length && this.peek() !== end) name += this.chars[this.at++]
    if (!this.take(end)) throw new PatternError('missing end of a group name')
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw new PatternError(`bad character in group name "${name}"`)
    if (kind === '=') return { source: this.reference(this.names.get(name)), repeatable: true }
    if (this.names.has(name)) throw new PatternError(`redefinition of group name "${name}"`)
    this.names.set(name, ++this.groups)
    return closed(`(?<g${this.groups}>`, this.groups)
  }

  /** `(?i)` at the very beginning, `(?i:...)` and `(?-i:...)` anywhere. */
  private flagged(atStart: boolean, closed: (head: string) => { source: string; repeatable: boolean }) {
    let written = ''
    while (/[a-zA-Z-]/.test(this.peek() ?? '')) written += this.chars[this.at++]
    if (!/^[aiLmsux]*(-[imsx]+)?$/.test(written) || written === '')
      throw new PatternError(`unknown extension ?${this.peek() ?? ''}`)
    const [on, off = ''] = written.split('-')
    if (/[aLx]/.test(on) || off.includes('x')) throw new PatternError(`the flags "${written}" are not supported`)
    const next = { ...this.state }
    for (const [letters, value] of [
      [on, true],
      [off, false],
    ] as const) {
      if (letters.includes('i')) next.ignoreCase = value
      if (letters.includes('m')) next.multiline = value
      if (letters.includes('s')) next.dotAll = value
    }
    if (this.take(')')) {
      if (!atStart || off) throw new PatternError('global flags not at the start of the expression')
      this.state = next
      return { source: '', repeatable: false }
    }
    if (!this.take(':')) throw new PatternError('missing : or )')
    // `closed` puts back the state from before the group.
    this.state = next
    return closed('(?:')
  }

  private escape(): { source: string; repeatable: boolean } {
    const c = this.chars[this.at++]
    const word = `[${WORD[this.dialect]}]`
    const unit = (source: string) => ({ source, repeatable: true })
    if (c === undefined) throw new PatternError('bad escape (end of pattern)')
    if (c === 'A') return { source: '^', repeatable: false }
    if (c === 'Z') return { source: END, repeatable: false }
    if (c === 'b') return { source: `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`, repeatable: false }
    // Python's \\B never matches an empty text.
    if (c === 'B') return { source: `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word})(?!^$))`, repeatable: false }
    const category = this.category(c)
    if (category) return unit(category)
    if (/[1-9]/.test(c)) return unit(this.referenceOrOctal(c))
    return unit(this.literal(this.character(c)))
  }

  private referenceOrOctal(first: string): string {
    const rest = this.chars.slice(this.at, this.at + 2).join('')
    if (/^[0-7]{2}$/.test(rest) && /[0-7]/.test(first)) {
      const code = parseInt(first + rest, 8)
      if (code > 0o377) throw new PatternError('octal escape value outside of range 0-0o377')
      this.at += 2
      return this.literal(String.fromCharCode(code))
    }
    const second = /^[0-9]/.test(rest) ? this.chars[this.at++] : ''
    return this.reference(Number(first + second))
  }

  private reference(number: number | undefined): string {
    if (number === undefined || number > this.groups) throw new PatternError('invalid group reference')
    if (this.open.has(number)) throw new PatternError('cannot refer to an open group')
    return `\\k<g${number}>`
  }

  /** \d \D \s \S \w \W, or null. */
  private category(c: string): string | null {
    switch (c) {
      case 'd':
        return '\\p{Nd}'
      case 'D':
        return '\\P{Nd}'
      case 's':
        return `[${BLANK[this.dialect]}]`
      case 'S':
        return `[^${BLANK[this.dialect]}]`
      case 'w':
        return `[${WORD[this.dialect]}]`
      case 'W':
        return `[^${WORD[this.dialect]}]`
      default:
        return null
    }
  }

  /** The character that a backslash and `c` stand for, in a class or out of it. */
  private character(c: string): string {
    const width = { x: 2, u: 4, U: 8 }[c]
    if (width) {
      const hex = this.chars.slice(this.at, this.at + width).join('')
      if (!new RegExp(`^[0-9a-fA-F]{${width}}$`).test(hex)) throw new PatternError(`incomplete escape \\${c}${hex}`)
      const code = parseInt(hex, 16)
      if (code > 0x10ffff) throw new PatternError(`bad escape \\${c}${hex}`)
      this.at += width
      return String.fromCodePoint(code)
    }
    if (c === '0') {
      let octal = ''
      while (octal.length < 2 && /[0-7]/.test(this.peek() ?? '')) octal += this.chars[this.at++]
      return String.fromCharCode(parseInt(octal || '0', 8))
    }
    if (Object.hasOwn(CONTROL, c)) return CONTROL[c]
    if (/[a-zA-Z]/.test(c)) throw new PatternError(`bad escape \\${c}`)
    return c
  }

  private characterClass(): string {
    const negated = this.take('^')
    const parts: string[] = []
    for (let isFirst = true; ; isFirst = false) {
      if (this.at >= this.chars.length) throw new PatternError('unterminated character set')
      if (this.peek() === ']' && !isFirst) break
      const low = this.classItem()
      const isRange = this.peek() === '-' && this.chars[this.at + 1] !== ']' && this.at + 1 < this.chars.length
      if (!isRange) {
        parts.push(low.source)
        continue
      }
      this.at++
      const high = this.classItem()
      if (low.code === null || high.code === null || high.code < low.code) throw new PatternError('bad character range')
      parts.push(this.range(low.code, high.code))
    }
    this.at++
    return `[${negated ? '^' : ''}${parts.join('')}]`
  }

  private classItem(): { source: string; code: number | null } {
    const c = this.chars[this.at++]
    if (c !== '\\') return { source: this.members(c), code: c.codePointAt(0)! }
    const escaped = this.chars[this.at++]
    if (escaped === undefined) throw new PatternError('unterminated character set')
    const category = this.category(escaped)
    if (category) return { source: category, code: null }
    const isOctal = /[1-7]/.test(escaped) && /^[0-7]{2}$/.test(this.chars.slice(this.at, this.at + 2).join(''))
    if (/[1-9]/.test(escaped) && !isOctal) throw new PatternError(`bad escape \\${escaped}`)
    let char: string
    if (isOctal) {
      char = String.fromCharCode(parseInt(escaped + this.chars[this.at] + this.chars[this.at + 1], 8))
      this.at += 2
    } else char = escaped === 'b' ? '\b' : this.character(escaped)
    return { source: this.members(char), code: char.codePointAt(0)! }
  }

  private range(low: number, high: number): string {
    const plain = `${written(low)}-${written(high)}`
    // A range of thousands already holds its cases, but for odd ones.
    if (!this.state.ignoreCase || high - low > 4096) return plain
    const extra = new Set<number>()
    for (let code = low; code <= high; code++) for (const other of caseVariants(code)) extra.add(other)
    return (
      plain +
      [...extra]
        .filter((code) => code < low || code > high)
        .map(written)
        .join('')
    )
  }

  private members(char: string): string {
    const code = char.codePointAt(0)!
    return (this.state.ignoreCase ? caseVariants(code) : [code]).map(written).join('')
  }

  private literal(char: string): string {
    const code = char.codePointAt(0)!
    const variants = this.state.ignoreCase ? caseVariants(code) : [code]
    return variants.length === 1 ? written(code) : `[${variants.map(written).join('')}]`
  }

  private peek(): string | undefined {
    return this.chars[this.at]
  }

  private take(char: string): boolean {
    if (this.chars[this.at] !== char) return false
    this.at++
    return true
  }
}

const written = (code: number) => `\\u{${code.toString(16)}}`
