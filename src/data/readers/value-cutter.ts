import { parseExact } from '../exact-json'
import { LooseJsonError, parseLoose } from '../loose-json'
import type { TextLine } from './lines'

/** One value of a file that holds one after another. */
export interface Cut {
  /** Number of the line that it begins on. */
  line: number
  /** Neither shares a line with another value nor goes over several lines. */
  isLine: boolean
  result: { value: unknown } | { error: LooseJsonError }
}

const OPENING = '{[('
const CLOSING = '}])'
const isBetween = (c: string) => /[\s,\ufeff\x1e]/.test(c)

/**
 * Cuts values that follow each other: a line each, over many lines each, or glued together. A value that is broken
 * costs itself alone: where the next one begins at the start of a line, the cutter goes on with that.
 */
export class ValueCutter {
  private number = 0
  private held = ''
  private heldLine = 0
  /** The brackets that are open, innermost last; the quotation mark of the open string; the last character before. */
  private stack: string[] = []
  private quote = ''
  private last = ''

  /** The values that a line completes. */
  feed({ text, end }: TextLine): Cut[] {
    this.number++
    const out: Cut[] = []
    if (this.held === '') {
      if (text.trim() === '') return out
      const value = strictly(text)
      if (value !== undefined) return [{ line: this.number, isLine: true, result: { value } }]
    } else if (this.beginsAnew(text)) out.push(this.take(''))
    const begun = this.held === ''
    this.scan(text, end, out)
    const isLine = begun && out.length === 1 && this.held === ''
    return isLine ? [{ ...out[0], isLine }] : out
  }

  /** The value that the file ends within. */
  finish(): Cut | null {
    return this.held === '' ? null : this.take('')
  }

  private scan(line: string, end: string, out: Cut[]): void {
    let start = 0
    for (let i = 0; i < line.length; i++) {
      const c = line[i]
      if (this.held === '' && this.stack.length === 0 && this.quote === '') {
        if (isBetween(c)) continue
        start = i
        this.heldLine = this.number
        this.last = ','
        if (!OPENING.includes(c) && c !== '"' && c !== "'") {
          this.take(line.slice(start), out)
          return
        }
      }
      if (this.step(c, line[i - 1] === '\\' && isEscaped(line, i))) {
        this.take(line.slice(start, i + 1), out)
        start = i + 1
      }
    }
    if (this.stack.length > 0 || this.quote !== '') this.held += line.slice(start) + (end || '\n')
  }

  /** Follow one character; whether it completes the value. */
  private step(c: string, isEscape: boolean): boolean {
    if (this.quote !== '') {
      if (c !== this.quote || isEscape) return false
      this.quote = ''
      return this.stack.length === 0
    }
    if (isBetween(c) && c !== ',') return false
    const opensPython = OPENING.includes(this.last) || ',:'.includes(this.last)
    if (c === '"' || (c === "'" && opensPython)) this.quote = c
    else if (c === '{' || c === '[' || (c === '(' && opensPython)) this.stack.push(c)
    else if (CLOSING.includes(c) && this.stack.at(-1) === OPENING[CLOSING.indexOf(c)]) this.stack.pop()
    this.last = c
    return this.stack.length === 0 && this.quote === ''
  }

  private take(tail: string, out: Cut[] = []): Cut {
    const cut = { line: this.heldLine, isLine: false, result: parsed(this.held + tail) }
    out.push(cut)
    this.held = ''
    this.stack = []
    this.quote = ''
    return cut
  }

  /**
   * Whether a line begins a value of its own although one is open: it stands where none may follow, or, within a string
   * that was never closed, is whole by itself.
   */
  private beginsAnew(line: string): boolean {
    if (!/^\ufeff?[{[]/.test(line)) return false
    if (this.quote === '') return this.last !== ':' && !(this.stack.at(-1) === '[' && '[,}'.includes(this.last))
    const { value } = parsed(line.replace(/[\s,]+$/, '')) as { value?: unknown }
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0
  }
}

/** The value of a text, undefined where it is not exactly JSON. */
function strictly(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return undefined
  }
}

/** The value of a text that is JSON or written as Python does. */
export function parsed(text: string): Cut['result'] {
  const value = strictly(text)
  if (value !== undefined) return { value }
  try {
    return { value: parseLoose(text) }
  } catch (error) {
    if (error instanceof LooseJsonError) return { error }
    throw error
  }
}

function isEscaped(line: string, at: number): boolean {
  let slashes = 0
  while (line[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}
