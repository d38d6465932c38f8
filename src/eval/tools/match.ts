import type { ToolCall } from './calls'

/** What an argument may be: anything, or one of some values; an optional one may be left out. */
export type WantedArgument = 'any' | { values: unknown[]; optional?: boolean }

export interface WantedCall {
  name: string
  arguments: Record<string, WantedArgument>
}

/**
 * Whether the calls made are those wanted, in any order, none more and none less: the right function, every argument of
 * the right type and value, none that is unknown. The comparison is that of BFCL's checker of syntax trees: texts
 * without case, blanks and the signs , . / - _ * ^ count as the same; a whole number may stand for a decimal one.
 */
export function matchesCalls(made: readonly ToolCall[], wanted: readonly WantedCall[]): boolean {
  if (made.length !== wanted.length) return false
  // Few calls: trying each for each finds a pairing wherever there is one.
  const pair = (at: number, left: readonly ToolCall[]): boolean =>
    at === wanted.length ||
    left.some((call, i) => matchesCall(call, wanted[at]) && pair(at + 1, [...left.slice(0, i), ...left.slice(i + 1)]))
  return pair(0, made)
}

function matchesCall(made: ToolCall, wanted: WantedCall): boolean {
  if (made.name !== wanted.name) return false
  if (Object.keys(made.arguments).some((name) => !Object.hasOwn(wanted.arguments, name))) return false
  return Object.entries(wanted.arguments).every(([name, argument]) => {
    const isGiven = Object.hasOwn(made.arguments, name)
    if (argument === 'any') return isGiven
    if (!isGiven) return argument.optional === true
    return argument.values.some((value) => isSame(made.arguments[name], value))
  })
}

function isSame(found: unknown, wanted: unknown): boolean {
  if (typeof wanted === 'string') return typeof found === 'string' && plain(found) === plain(wanted)
  if (Array.isArray(wanted))
    return Array.isArray(found) && found.length === wanted.length && wanted.every((one, i) => isSame(found[i], one))
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return false
    const [a, b] = [found as Record<string, unknown>, wanted as Record<string, unknown>]
    const names = Object.keys(b)
    return (
      Object.keys(a).length === names.length && names.every((one) => Object.hasOwn(a, one) && isSame(a[one], b[one]))
    )
  }
  return found === wanted
}

const plain = (text: string) =>
  text
    .replace(/[ ,./\-_*^]/g, '')
    .toLowerCase()
    .replaceAll("'", '"')
