/**
 * JSON whose numbers and keys come out again as Python writes them. Python keeps 1.0 apart from 1, long integers whole
 * and keys in their order; JavaScript does not, and a template's `tojson` would print other tokens than transformers.
 * Numbers that JavaScript writes differently become marked text, keys that look like array indices get a mark, and
 * `unmark` takes both away from what was rendered. The marks are Unicode noncharacters.
 */
const NUMBER_MARK = '\ufdd5'
const KEY_MARK = '\ufdd6'
const STRING_OR_NUMBER = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** JSON.parse for values that templates print. Throws SyntaxError as JSON.parse does. */
export function parseExact(text: string): unknown {
  if (!/\d[.eE]|\d{16}|"\d+"\s*:|-0/.test(text) || /[\ufdd5\ufdd6]/.test(text)) return JSON.parse(text)
  const marked = text.replace(STRING_OR_NUMBER, (match, string?: string, colon?: string) => {
    if (string === undefined) {
      const written = pythonNumber(match)
      return written === String(Number(match)) ? match : `"${NUMBER_MARK}${written}${NUMBER_MARK}"`
    }
    return colon && /^"\d+"$/.test(string) ? `"${KEY_MARK}${string.slice(1)}${colon}` : match
  })
  try {
    return JSON.parse(marked)
  } catch {
    // Broken: the message should quote the file's own text.
    return JSON.parse(text)
  }
}

/** Take the marks of `parseExact` out of a text. */
export function unmark(text: string): string {
  if (!/[\ufdd5\ufdd6]/.test(text)) return text
  return text.replace(
    /"\ufdd5([^\ufdd5]*)\ufdd5"|\ufdd5([^\ufdd5]*)\ufdd5|\ufdd6/g,
    (_, quoted, bare) => quoted ?? bare ?? '',
  )
}

/** What `parseExact` read, as JSON.parse would have read it. */
export const asPlainJson = (value: unknown): unknown => JSON.parse(unmark(JSON.stringify(value)))

/** A JSON number as Python's json module reads and writes it. */
export function pythonNumber(lexeme: string): string {
  if (/^-?\d+$/.test(lexeme)) return BigInt(lexeme).toString()
  const value = Number(lexeme)
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  const sign = Object.is(value, -0) ? '-' : ''
  if (power >= -4 && power < 16) return sign + (Number.isInteger(value) ? `${value}.0` : String(value))
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
