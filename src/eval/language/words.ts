import { pythonPattern } from '../python/pattern'
import { splitWords } from '../python/text'
import { splitSentences, type PunktModel } from './punkt'

/**
 * Words as NLTK's `word_tokenize` cuts them: sentences first, then the steps of the Penn Treebank's tokenizer with
 * NLTK's improvements (nltk 3.10 `tokenize/destructive.py`, Apache-2.0), in its order. Python's patterns, `\1` for
 * groups.
 */
const STEPS: [pattern: string, replacement: string][] = [
  // Opening quotes.
  ['([«“‘„]|[`]+)', ' \\1 '],
  ['^"', '``'],
  ['(``)', ' \\1 '],
  [`([ ([{<])("|'{2})`, '\\1 `` '],
  [`(?i)(?<!\\w)(')(?!(?:re|ve|ll|m|t|s|d|n)\\b)(?=\\w)`, '\\1 '],
  // Punctuation.
  [`([^.])(\\.)([\\])}>"' »”’ ]*+)\\s*$`, '\\1 \\2 \\3 '],
  ['([:,])([^\\d])', ' \\1 \\2'],
  ['([:,])$', ' \\1 '],
  ['(\\.{2,})', ' \\1 '],
  ['([;@#$%&])', ' \\1 '],
  ['([\\u2012-\\u2015])', ' \\1 '],
  [`([^.])(\\.)([\\])}>"']*)\\s*$`, '\\1 \\2\\3 '],
  ['([?!])', ' \\1 '],
  [`([^'])' `, `\\1 ' `],
  ['([*])', ' \\1 '],
  ['([\\]\\[(){}<>])', ' \\1 '],
  ['--', ' -- '],
]
const CLOSING_STEPS: typeof STEPS = [
  // Closing quotes and what is left of words behind an apostrophe.
  ['([»”’])', ' \\1 '],
  [`''`, ` '' `],
  ['"', ` '' `],
  ['\\s+', ' '],
  [`([^' ])('[sS]|'[mM]|'[dD]|') `, '\\1 \\2 '],
  [`([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) `, '\\1 \\2 '],
]
/** Two words written as one; these run in Python's own dialect. */
const CONTRACTIONS = [
  '(?i)\\b(can)(not)\\b',
  `(?i)\\b(d)('ye)\\b`,
  '(?i)\\b(gim)(me)\\b',
  '(?i)\\b(gon)(na)\\b',
  '(?i)\\b(got)(ta)\\b',
  '(?i)\\b(lem)(me)\\b',
  `(?i)\\b(more)('n)\\b`,
  '(?i)\\b(wan)(na)(?=\\s)',
  `(?i) ('t)(is)\\b`,
  `(?i) ('t)(was)\\b`,
]

export function wordTokens(text: string, model: PunktModel): string[] {
  return splitSentences(text, model).flatMap(sentenceTokens)
}

function sentenceTokens(sentence: string): string[] {
  let text = STEPS.reduce((held, [pattern, by]) => replaceAll(held, pattern, by, 'regex'), sentence)
  text = CLOSING_STEPS.reduce((held, [pattern, by]) => replaceAll(held, pattern, by, 'regex'), ` ${text} `)
  text = CONTRACTIONS.reduce((held, pattern) => replaceAll(held, pattern, ' \\1 \\2 ', 're'), text)
  return splitWords(text)
}

function replaceAll(text: string, pattern: string, by: string, dialect: 're' | 'regex'): string {
  // `$` and its kin mean something in JavaScript's replacement texts, so groups are put in by hand.
  return text.replace(pythonPattern(pattern, { dialect }), (...found) => {
    const groups = found.at(-1) as Record<string, string> | undefined
    return by.replace(/\\(\d)/g, (_, number: string) => groups?.[`g${number}`] ?? '')
  })
}
