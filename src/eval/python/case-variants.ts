/** Lower-case letters that Python's IGNORECASE holds equal beyond what lower-casing does (its table `_EXTRA_CASES`). */
const EQUAL = [
  'i\u0131',
  's\u017f',
  '\u00b5\u03bc',
  '\u0345\u03b9\u1fbe',
  '\u0390\u1fd3',
  '\u03b0\u1fe3',
  '\u03b2\u03d0',
  '\u03b5\u03f5',
  '\u03b8\u03d1',
  '\u03ba\u03f0',
  '\u03c0\u03d6',
  '\u03c1\u03f1',
  '\u03c2\u03c3',
  '\u03c6\u03d5',
  '\u0432\u1c80',
  '\u0434\u1c81',
  '\u043e\u1c82',
  '\u0441\u1c83',
  '\u0442\u1c84\u1c85',
  '\u044a\u1c86',
  '\u0463\u1c87',
  '\u1c88\ua64b',
  '\u1e61\u1e9b',
  '\ufb05\ufb06',
]

/** Beyond this no script has case. */
const LAST_CASED = 0x1e943

let byLower: Map<number, number[]> | null = null

/** All code points that Python's IGNORECASE takes for `code`, itself among them. */
export function caseVariants(code: number): number[] {
  byLower ??= lowerMap()
  const lower = simpleLower(code)
  const group = EQUAL.find((letters) => letters.includes(String.fromCodePoint(lower)))
  const lowers = group ? Array.from(group, (letter) => letter.codePointAt(0)!) : [lower]
  return [...new Set([code, ...lowers.flatMap((one) => [one, ...(byLower!.get(one) ?? [])])])]
}

/** Lower-casing of one code point to one: Python gives U+0130 a plain "i", JavaScript an "i" with a dot on it. */
function simpleLower(code: number): number {
  if (code === 0x130) return 0x69
  const lower = String.fromCodePoint(code).toLowerCase()
  const first = lower.codePointAt(0)!
  return lower.length === String.fromCodePoint(first).length ? first : code
}

/** Lower-case code point to those that become it. */
function lowerMap(): Map<number, number[]> {
  const map = new Map<number, number[]>()
  for (let code = 0x41; code <= LAST_CASED; code++) {
    const lower = simpleLower(code)
    if (lower !== code) map.set(lower, [...(map.get(lower) ?? []), code])
  }
  return map
}
