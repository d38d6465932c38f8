/**
 * JSON whose numbers and keys come out again as Python writes them. Python keeps 1.0 apart from 1, long integers whole
 * and keys in their order; JavaScript does not, and a template's `tojson` would print other tokens than transformers.
 * Numbers that JavaScript writes differently become marked text, keys that look like array indices get a mark, and
 * `unmark` takes both away from what was rendered. The marks are Unicode noncharacters.
 */
const NUMBER_MARK = '\ufdd5'
const KEY_MARK = '\ufdd6'
const STRING_OR_NUMBER = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** A number or a key that JavaScript may write in another way; also within strings, which costs time alone. */
const MAY_DIFFER = /(?:^|[[:,])\s*-?(?:\d+[.eE]|\d{16})|"\d+"\s*:/

/** JSON.parse for values that are printed again. Throws SyntaxError as JSON.parse does. */
export function parseExact(text: string): unknown {
  if (!MAY_DIFFER.test(text) || /[\ufdd5\ufdd6]/.test(text)) return JSON.parse(text)
  const marked = text.replace(STRING_OR_NUMBER, (match, string?: string, colon?: string) => {
    if (string === undefined) {
      const value = exactNumber(match)
      return typeof value === 'number' ? match : `"${value}"`
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
export function asPlainJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asPlainJson)
  if (typeof value !== 'object' || value === null) return numberOf(value) ?? value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [unmark(key), asPlainJson(one)]))
}

/** A number by its digits: as itself where JavaScript prints it as Python does, else as marked text. */
export function exactNumber(lexeme: string): number | string {
  const written = pythonNumber(lexeme)
  return written === String(Number(lexeme)) ? Number(lexeme) : NUMBER_MARK + written + NUMBER_MARK
}

/** A key that JavaScript would sort as an index gets a mark. */
export const exactKey = (key: string): string => (/^\d+$/.test(key) ? KEY_MARK + key : key)

/** Whether a value is a number, marked or not; its value then. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value
  const marked = typeof value === 'string' && value.length > 2 && value.startsWith(NUMBER_MARK)
  return marked ? Number(value.slice(1, -1)) : null
}

/** A JSON number as Python's json module reads and writes it. */
export function pythonNumber(lexeme: string): string {
  if (/^-?\d+$/.test(lexeme)) return BigInt(lexeme).toString()
  const value = Number(lexeme)
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  const [digits, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  const sign = Object.is(value, -0) ? '-' : ''
  if (power >= -4 && power < 16) return sign + (Number.isInteger(value) ? `${value}.0` : String(value))
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** A value as Python's `str` prints it: text as it is, True, None, a list or mapping as JSON (see `pythonJson`). */
export function pythonText(value: unknown): string {
  if (typeof value === 'string') return unmark(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === null || value === undefined) return 'None'
  return typeof value === 'number' ? pythonNumber(String(value)) : pythonJson(value)
}

/** `json.dumps(value, ensure_ascii=False)`. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(unmark(key))}: ${pythonJson(one)}`)
    return `{${entries.join(', ')}}`
  }
  if (numberOf(value) !== null) return pythonText(value)
  return JSON.stringify(value ?? null)
}
