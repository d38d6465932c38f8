const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const NEWLINE = 10
const WHITE = new Set([NEWLINE, 9, 13, 32])

/**
 * Cuts JSON arrays, one or several in a row, into their elements while the text comes in, so that a large file is never
 * parsed whole and one broken element costs only itself. Follows strings and brackets; whether an element is JSON is
 * for JSON.parse to say.
 */
export class ArrayScanner {
  /** 'before' the opening bracket, 'inside', or 'after' the closing one. */
  state: 'before' | 'inside' | 'after' = 'before'
  /** First line on which something stands after an array that is not another one. */
  strayLine: number | null = null
  private line = 1
  private elementLine = 1
  private held = ''
  private depth = 0
  private inString = false
  private escaped = false

  /** The texts of the elements that `text` completes. */
  feed(text: string): string[] {
    const out: string[] = []
    let from = 0
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c === NEWLINE) this.line++
      if (this.inString) {
        if (this.escaped) this.escaped = false
        else if (c === BACKSLASH) this.escaped = true
        else if (c === QUOTE) this.inString = false
        continue
      }
      if (this.state !== 'inside') {
        if (c === OPEN_BRACKET) {
          this.state = 'inside'
          this.elementLine = this.line
          from = i + 1
        } else if (!WHITE.has(c)) this.strayLine ??= this.line
        continue
      }
      if (c === QUOTE) this.inString = true
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
  return text.slice(0, text.length - text.trimStart().length).split('\n').length - 1
}
