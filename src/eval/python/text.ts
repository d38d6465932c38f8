/**
 * Python's notions of text, which the reference checkers rest on and which differ from JavaScript's: white space holds
 * the four separators \x1c to \x1f and \x85 but no \ufeff, a text is "upper" when it holds a cased character and no
 * other case, and characters are code points.
 */

/** `str.isspace`, as the inside of a character class. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

const isSpace = new RegExp(`^[${SPACE}]$`)
const spaces = new RegExp(`[${SPACE}]+`)

/** `str.lstrip`; `chars` as in Python: any of these, white space without. */
export function stripLeft(text: string, chars?: string): string {
  let from = 0
  while (from < text.length && isStripped(text[from], chars)) from++
  return text.slice(from)
}

/** `str.rstrip`. */
export function stripRight(text: string, chars?: string): string {
  let to = text.length
  while (to > 0 && isStripped(text[to - 1], chars)) to--
  return text.slice(0, to)
}

/** `str.strip`. */
export const strip = (text: string, chars?: string): string => stripRight(stripLeft(text, chars), chars)

// All white space, and all that is ever stripped, lies in the basic plane: units are as good as code points.
const isStripped = (unit: string, chars?: string) => (chars === undefined ? isSpace.test(unit) : chars.includes(unit))

/** `str.split()` without a separator. */
export const splitWords = (text: string): string[] => text.split(spaces).filter((word) => word !== '')

/** `str.removeprefix`. */
export const withoutPrefix = (text: string, prefix: string): string =>
  text.startsWith(prefix) ? text.slice(prefix.length) : text

/** `str.removesuffix`. */
export const withoutSuffix = (text: string, suffix: string): string =>
  text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text

/** `str.isupper`: something is cased, and all that is cased is upper case. */
export const isUpper = (text: string): boolean => !/[\p{Lowercase}\p{Lt}]/u.test(text) && /\p{Uppercase}/u.test(text)

/** `str.islower`. */
export const isLower = (text: string): boolean => !/[\p{Uppercase}\p{Lt}]/u.test(text) && /\p{Lowercase}/u.test(text)
