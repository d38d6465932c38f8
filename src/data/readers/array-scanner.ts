const QUOTE = 34
const APOSTROPHE = 39
const BACKSLASH = 92
const COMMA = 44
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_TUPLE = 40
const CLOSE_TUPLE = 41
const NEWLINE = 10
const RETURN = 13
const WHITE = new Set([NEWLINE, RETURN, 9, 32, 0xfeff])
/** Behind which a value or a key begins: there an apostrophe opens a string and a parenthesis a tuple of Python's. */
const BEFORE_VALUE = new Set([...'[{(,:'].map((c) => c.charCodeAt(0)))

/**
 * Cuts JSON arrays, one or several in a row, into their elements while the text comes in, so that a large file is never
 * parsed whole and one broken element costs only itself. Follows strings, also Python's, and brackets; whether an
 * element is JSON is for the parser to say.
 */
export class ArrayScanner {
  /** 'before' the opening bracket, 'inside', or 'after' the closing one. */
  state: 'before' | 'inside' | 'after' = 'before'
  /** First line on which something stands after an array that is not another one. */
  strayLine: number | null = null
  /** Lists begun so far. */
  lists = 0
  private line = 1
  private elementLine = 1
  private held = ''
  private depth = 0
  private tuples = 0
  /** The quotation mark that the open string began with; 0 outside of strings. */
  private quote = 0
  private escaped = false
  /** The last character outside of strings that is no white space, and the very last one. */
  private last = 0
  private before = 0

  /** The texts of the elements that `text` completes. */
  feed(text: string): string[] {
    const out: string[] = []
    let from = 0
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c === RETURN || (c === NEWLINE && this.before !== RETURN)) this.line++
      this.before = c
      if (this.quote !== 0) {
        if (this.escaped) this.escaped = false
        else if (c === BACKSLASH) this.escaped = true
        else if (c === this.quote) this.quote = 0
        continue
      }
      if (WHITE.has(c)) continue
      const isPython = (c === APOSTROPHE || c === OPEN_TUPLE) && BEFORE_VALUE.has(this.last)
      this.last = c
      if (this.state !== 'inside') {
        if (c === OPEN_BRACKET) {
          this.state = 'inside'
          this.lists++
          this.elementLine = this.line
          from = i + 1
        } else this.strayLine ??= this.line
        continue
      }
      if (c === QUOTE || (isPython && c === APOSTROPHE)) this.quote = c
      else if (isPython) this.tuples++
      else if (this.tuples > 0 && c === CLOSE_TUPLE) this.tuples--
      else if (this.tuples > 0) continue
      else if (c === OPEN_BRACE || c === OPEN_BRACKET) this.depth++
      else if (this.depth > 0) {
        if (c === CLOSE_BRACE || c === CLOSE_BRACKET) this.depth--
      } else if (c === COMMA || c === CLOSE_BRACKET) {
        this.push(out, text.slice(from, i), c === CLOSE_BRACKET)
        from = i + 1
        if (c === CLOSE_BRACKET) this.state = 'after'
      }
    }
    if (this.state === 'inside') this.held += text.slice(from)
    return out
  }

  /** Line on which the element that is being read begins: the place to name when the file ends too early. */
  get openLine(): number {
    return this.elementLine + leadingLines(this.held)
  }

  private push(out: string[], tail: string, isLast: boolean): void {
    const raw = this.held + tail
    // "[]" and a comma before the closing bracket leave an empty last piece that is no element.
    if (raw.trim() !== '' || !isLast) out.push(raw)
    this.held = ''
    this.elementLine = this.line
  }
}

function leadingLines(text: string): number {
  return text.slice(0, text.length - text.trimStart().length).split(/\r\n?|\n/).length - 1
}
