import { fail } from '../errors'

/** What a key of `rank_pattern` or `alpha_pattern` says of a linear, by its path; undefined where none matches. */
export type PatternLookup = (path: string) => number | undefined

/**
 * PEFT matches a key as a Python regular expression against the end of the module's path, after a dot
 * (`get_pattern_key` of 0.21); the first that matches counts. RE2 reads Python's spelling and takes linear time for any
 * key. What it has not (look-around, references to groups, possessive repeats) is named: 'adapter-pattern'.
 * @param read checks a value and gives it back, or throws
 */
export async function peftPatterns(
  field: string,
  value: unknown,
  read: (value: unknown, field: string) => number,
): Promise<PatternLookup> {
  if (typeof value !== 'object' || value === null) return () => undefined
  const entries = Object.entries(value)
  if (entries.length === 0) return () => undefined
  const { RE2JS } = await import('re2js')
  const compiled = entries.map(([key, entry]) => {
    const number = read(entry, `${field}.${key}`)
    try {
      return [RE2JS.compile(`(?:.*\\.)?(?:${key.replaceAll('\\Z', '\\z')})`), number] as const
    } catch (error) {
      throw fail('adapter-pattern', { field, pattern: key, reason: (error as Error).message }, error)
    }
  })
  return (path) => compiled.find(([pattern]) => pattern.matches(path))?.[1]
}
