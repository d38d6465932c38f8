import { exactKey, exactNumber } from './exact-json'

/** Where a text stops being what it was taken for: at a character, counted from 0, or by its end. */
export class LooseJsonError extends Error {
  readonly at: number
  /** What stands there: something that belongs to no value, or a string that is never closed; null at the end. */
  readonly found: string | null
  readonly isOpen: boolean

  constructor(at: number, found: string | null, isOpen: boolean) {
    super(`unexpected ${found ?? 'end'} at character ${at + 1}`)
    this.at = at
    this.found = found
    this.isOpen = isOpen
  }
}

const WORDS: Record<string, unknown> = {
  null: null,
  true: true,
  false: false,
  None: null,
  True: true,
  False: false,
  NaN: null,
  nan: null,
  Infinity: null,
  inf: null,
}
/** Lists within lists; Python's own reader stops there, too. */
const DEEPEST = 990
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '/': '/' }
const PYTHON_ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', a: '\x07', v: '\v' }
const CLOSING: Record<string, string> = { '{': '}', '[': ']', '(': ')' }

/**
 * The value of a text that is JSON but for the liberties of those who write it: Python's spelling (single quotes, None,
 * True, tuples, numpy's lists without commas), NaN and infinities (null, as in `datasets`), line breaks and tabs inside
 * of strings, a comma too much. Numbers and keys come out as `parseExact` gives them. Throws LooseJsonError.
 */
export function parseLoose(text: string): unknown {
  const parser = new LooseParser(text)
  const value = parser.value()
  parser.end()
  return value
}

/** The values of a text that holds one or several, with or without commas between them. Throws LooseJsonError. */
export function parseLooseSequence(text: string): unknown[] {
  const parser = new LooseParser(text)
  const values: unknown[] = []
  while (parser.skip() !== '') {
    values.push(parser.value())
    parser.comma()
  }
  return values
}

class LooseParser {
  private readonly text: string
  private at = 0
  private depth = 0

  constructor(text: string) {
    this.text = text
  }

  /** The next character that is no white space; "" at the end. Byte-order marks come from files joined together. */
  skip(): string {
    while (this.at < this.text.length && /[\s\ufeff\x1e]/.test(this.text[this.at])) this.at++
    return this.text[this.at] ?? ''
  }

  comma(): boolean {
    if (this.skip() !== ',') return false
    this.at++
    return true
  }

  end(): void {
    if (this.skip() !== '') this.fail()
  }

  value(): unknown {
    const c = this.skip()
    if (c === '"' || c === "'") return this.string()
    if (c === '{' || c === '[' || c === '(') {
      if (++this.depth > DEEPEST) this.fail()
      const value = c === '{' ? this.object() : this.list()
      this.depth--
      return value
    }
    const word = this.match(/-?[A-Za-z_]\w*/y)
    if (word !== null) return this.word(word)
    const number = this.match(/[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y)
    if (number === null) this.fail()
    return exactNumber(number)
  }

  private word(word: string): unknown {
    const bare = word.replace(/^-/, '')
    if (bare === 'array' && this.skip() === '(') return this.array()
    if (Object.hasOwn(WORDS, bare) && (bare === word || /^(inf|nan)/i.test(bare))) return WORDS[bare]
    this.at -= word.length
    this.fail()
  }

  /** numpy's `array([...], dtype=object)`: its list. */
  private array(): unknown {
    this.at++
    const value = this.value()
    if (this.comma()) {
      this.skip()
      this.match(/dtype\s*=\s*[\w.'"<]+/y)
    }
    if (this.skip() !== ')') this.fail()
    this.at++
    return value
  }

  private list(): unknown[] {
    const close = CLOSING[this.text[this.at++]]
    const values: unknown[] = []
    while (this.skip() !== close) {
      values.push(this.value())
      this.comma()
    }
    this.at++
    return values
  }

  private object(): Record<string, unknown> {
    this.at++
    const entries: [string, unknown][] = []
    while (this.skip() !== '}') {
      const c = this.text[this.at]
      const key = c === '"' || c === "'" ? this.string() : this.match(/-?\d+(?:\.\d+)?/y)
      if (key === null || this.skip() !== ':') this.fail()
      this.at++
      entries.push([exactKey(key), this.value()])
      if (!this.comma() && this.skip() !== '}') this.fail()
    }
    this.at++
    return Object.fromEntries(entries)
  }

  private string(): string {
    const start = this.at
    const quote = this.text[this.at++]
    let value = ''
    while (true) {
      const c = this.text[this.at]
      if (c === undefined) {
        this.at = start
        this.fail(true)
      }
      this.at++
      if (c === quote) return value
      value += c === '\\' ? this.escape(quote) : c
    }
  }

  private escape(quote: string): string {
    const c = this.text[this.at++]
    if (c === quote || c === '\\' || c === '"' || c === "'") return c
    const known = quote === '"' ? ESCAPES : PYTHON_ESCAPES
    if (Object.hasOwn(known, c)) return known[c]
    const digits = { x: 2, u: 4, U: 8 }[c] ?? 0
    const code = digits > 0 ? this.match(new RegExp(`[0-9a-fA-F]{${digits}}`, 'y')) : null
    if (code !== null && parseInt(code, 16) <= 0x10ffff) {
      return digits === 8 ? String.fromCodePoint(parseInt(code, 16)) : String.fromCharCode(parseInt(code, 16))
    }
    // Python keeps an escape that it does not know.
    if (quote === "'" && digits === 0) return `\\${c}`
    this.at -= 2
    this.fail()
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (!found) return null
    this.at += found[0].length
    return found[0]
  }

  private fail(isOpen = false): never {
    const found = this.text.slice(this.at).match(/^\S.{0,11}/)
    throw new LooseJsonError(this.at, found ? found[0].trimEnd() : null, isOpen)
  }
}
