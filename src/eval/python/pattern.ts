import { translatePattern, type PatternFlags } from './pattern-translator'

const known = new Map<string, RegExp>()

/**
 * Regular expressions as Python's `re` understands them, compiled to JavaScript's. IFEval's keywords, section marks and
 * postscript marks are such patterns, not plain words ("c++" is a possessive "c", "Mr." matches "Mrs"), so that a
 * checker that agrees with the reference must read them as it does.
 *
 * A global expression that matches where Python's would. Throws PatternError.
 */
export function pythonPattern(pattern: string, flags: PatternFlags = {}): RegExp {
  const key = `${flags.dialect ?? 're'} ${flags.ignoreCase ? 'i' : ''}${flags.multiline ? 'm' : ''} ${pattern}`
  let found = known.get(key)
  if (!found) {
    // Answers are judged against few patterns at a time; a long list of rules must not pile them up.
    if (known.size > 500) known.clear()
    known.set(key, (found = new RegExp(translatePattern(pattern, flags), 'gv')))
  }
  found.lastIndex = 0
  return found
}

/** `re.search(...) is not None`. */
export const matches = (pattern: string, text: string, flags?: PatternFlags): boolean =>
  pythonPattern(pattern, flags).test(text)

/**
 * `re.findall`, whole matches. One difference is left: behind an empty match Python looks for a longer one at the same
 * place (`b??`, `|b`), JavaScript goes on.
 */
export const findAll = (pattern: string, text: string, flags?: PatternFlags): string[] =>
  Array.from(found(pattern, text, flags), (match) => match[0])

/** `re.split`: what the pattern's own groups held stands between the pieces, null where one took no part. */
export function splitBy(pattern: string, text: string, flags?: PatternFlags): (string | null)[] {
  const pieces: (string | null)[] = []
  let from = 0
  for (const match of found(pattern, text, flags)) {
    pieces.push(text.slice(from, match.index))
    for (const [name, held] of Object.entries(match.groups ?? {})) if (name[0] === 'g') pieces.push(held ?? null)
    from = match.index + match[0].length
  }
  return [...pieces, text.slice(from)]
}

function* found(pattern: string, text: string, flags?: PatternFlags): Generator<RegExpExecArray> {
  for (const match of text.matchAll(pythonPattern(pattern, flags))) {
    // V8 tries empty matches between the halves of a surrogate pair, too.
    const isInside =
      match[0] === '' && /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(match.index - 1, match.index + 1))
    if (!isInside) yield match
  }
}
