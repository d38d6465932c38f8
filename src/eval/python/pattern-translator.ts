import { PatternCharacters, PatternError, type Dialect } from './pattern-characters'

export interface PatternFlags {
  ignoreCase?: boolean
  multiline?: boolean
  dialect?: Dialect
}

const ANY = '[\\s\\S]'
// Without the flag m this is the very end of the text.
const END = '$'
const MAX_REPEAT = 4294967295

/** The source of a JavaScript expression (flag v) that matches where Python's would. Throws PatternError. */
export const translatePattern = (pattern: string, flags: PatternFlags): string =>
  new Translator(pattern, flags).translate()

/** Recursive descent over one pattern; case is spelt out, so that flags may change inside it. */
class Translator extends PatternCharacters {
  private groups = 0
  private atomics = 0
  private readonly names = new Map<string, number>()
  private readonly open = new Set<number>()

  constructor(pattern: string, { ignoreCase = false, multiline = false, dialect = 're' }: PatternFlags) {
    super(pattern, dialect, { ignoreCase, multiline, dotAll: false })
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
    const word = `[${this.word}]`
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
}
