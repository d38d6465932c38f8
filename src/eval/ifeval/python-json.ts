/** More digits than these Python refuses to read as one whole number. */
const LONGEST_INTEGER = 4300

/** Whether Python's `json.loads` reads a text: JSON with NaN and Infinity, no integer of over 4 300 digits. */
export function isPythonJson(text: string): boolean {
  let isTooLong = false
  const plain = text.replace(
    /"[^"\\]*(?:\\[^][^"\\]*)*"|-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g,
    (match: string) => {
      if (match[0] === '"') return match
      if (/[IN]/.test(match)) return ' 0 '
      if (/^-?\d+$/.test(match) && match.replace('-', '').length > LONGEST_INTEGER) isTooLong = true
      return match
    },
  )
  try {
    JSON.parse(plain)
    return !isTooLong
  } catch {
    return false
  }
}
