/** A line without its break, and the break itself: "" behind the last. */
export interface TextLine {
  text: string
  end: string
}

/** Cut a text into its lines, which end with LF, CR LF or CR alone, while it comes in. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<TextLine> {
  let held: string[] = []
  let carry = ''
  for await (const piece of pieces) {
    let text = carry + piece
    // What follows a CR decides whether it is half a break.
    carry = text.endsWith('\r') ? '\r' : ''
    if (carry) text = text.slice(0, -1)
    let from = 0
    const ends = text.includes('\r') ? /\r\n?|\n/g : /\n/g
    for (const match of text.matchAll(ends)) {
      held.push(text.slice(from, match.index))
      yield { text: held.join(''), end: match[0] }
      held = []
      from = match.index + match[0].length
    }
    if (from < text.length) held.push(text.slice(from))
  }
  if (carry) {
    yield { text: held.join(''), end: carry }
    held = []
  }
  if (held.length > 0) yield { text: held.join(''), end: '' }
}
