import { caseVariants } from './case-variants'
import { SPACE } from './text'

/** Not a pattern in Python, or one of the few constructs that cannot be carried over. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/**
 * Two dialects differ in what a word and a space are: Python's own `re`, and the `regex` package through which NLTK
 * 3.10 runs its patterns (combining marks belong to words, superscript digits do not).
 */
export type Dialect = 're' | 'regex'

const WORD = { re: '\\p{L}\\p{N}_', regex: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}' }
const BLANK = {
  re: SPACE,
  regex: '\\t-\\r\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
}
const CONTROL: Record<string, string> = { a: '\x07', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** Which of a pattern's flags hold at the place that is read. */
export interface State {
  ignoreCase: boolean
  multiline: boolean
  dotAll: boolean
}

/** A pattern's characters, one after another, and what they stand for; case is spelt out. */
export abstract class PatternCharacters {
  protected readonly chars: string[]
  protected at = 0
  /** What the inside of a class of word characters is. */
  protected readonly word: string
  protected state: State
  private readonly blank: string

  constructor(pattern: string, dialect: Dialect, state: State) {
    this.chars = Array.from(pattern)
    this.word = WORD[dialect]
    this.blank = BLANK[dialect]
    this.state = state
  }

  /** \d \D \s \S \w \W, or null. */
  protected category(c: string): string | null {
    switch (c) {
      case 'd':
        return '\\p{Nd}'
      case 'D':
        return '\\P{Nd}'
      case 's':
        return `[${this.blank}]`
      case 'S':
        return `[^${this.blank}]`
      case 'w':
        return `[${this.word}]`
      case 'W':
        return `[^${this.word}]`
      default:
        return null
    }
  }

  /** The character that a backslash and `c` stand for, in a class or out of it. */
  protected character(c: string): string {
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

  protected characterClass(): string {
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

  protected literal(char: string): string {
    const code = char.codePointAt(0)!
    const variants = this.state.ignoreCase ? caseVariants(code) : [code]
    return variants.length === 1 ? written(code) : `[${variants.map(written).join('')}]`
  }

  protected peek(): string | undefined {
    return this.chars[this.at]
  }

  protected take(char: string): boolean {
    if (this.chars[this.at] !== char) return false
    this.at++
    return true
  }
}

const written = (code: number) => `\\u{${code.toString(16)}}`
