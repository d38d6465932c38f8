type Json = Record<string, unknown>

/** One character that does not begin a match. */
const other = (pattern: string) => `(?:(?!${pattern})[\\s\\S])`
/**
 * The pieces of each behaviour that @huggingface/tokenizers would cut as Isolated, as matches of a pattern of their
 * own.
 */
const PIECES: Record<string, (pattern: string) => string> = {
  MergedWithPrevious: (p) => `${other(p)}*${p}|${other(p)}+`,
  MergedWithNext: (p) => `${p}${other(p)}*|${other(p)}+`,
  Contiguous: (p) => `(?:${p})+|${other(p)}+`,
}
/** Rust tokenizers' is_punc: ASCII's punctuation, which holds some symbols, and Unicode's. */
const PUNCTUATION = '[!-/:-@\\[-`{-~\\p{P}]'

/**
 * tokenizer.json whose pre-tokenizers the package cuts as Rust's tokenizers would. It knows Split as Isolated and,
 * by an expression, as Removed, and Punctuation as Contiguous; the other behaviours become an inverted Split whose
 * matches are the pieces.
 * Source: tokenizers 0.23, `SplitDelimiterBehavior`.
 */
export function withSplitBehaviors(json: Json): Json {
  return json.pre_tokenizer ? { ...json, pre_tokenizer: rewritten(json.pre_tokenizer as Json) } : json
}

function rewritten(step: Json): Json {
  if (step.type === 'Sequence') return { ...step, pretokenizers: (step.pretokenizers as Json[]).map(rewritten) }
  if (step.type === 'Punctuation') return asSplit(PUNCTUATION, String(step.behavior ?? 'Isolated')) ?? step
  if (step.type !== 'Split' || step.invert === true) return step
  const { Regex, String: text } = step.pattern as { Regex?: string; String?: string }
  const pattern = Regex === undefined ? String(text).replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&') : Regex
  return asSplit(pattern, String(step.behavior)) ?? step
}

function asSplit(pattern: string, behavior: string): Json | null {
  const pieces = PIECES[behavior]
  if (pieces) return split(pieces(`(?:${pattern})`), true, 'Removed')
  return behavior === 'Isolated' || behavior === 'Removed' ? split(pattern, false, behavior) : null
}

const split = (Regex: string, invert: boolean, behavior: string): Json => ({
  type: 'Split',
  pattern: { Regex },
  behavior,
  invert,
})
