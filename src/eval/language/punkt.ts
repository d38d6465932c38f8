import { pythonPattern } from '../python/pattern'
import type { PatternFlags } from '../python/pattern-translator'
import { isLower, isUpper, strip, stripRight } from '../python/text'

/**
 * Sentences as NLTK's Punkt finds them (Kiss and Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection",
 * Computational Linguistics 32), rule for rule as in nltk 3.10 `tokenize/punkt.py` (Apache-2.0), with the parameters
 * that were learnt for English. Section numbers are the paper's.
 */
export interface PunktModel {
  abbreviations: ReadonlySet<string>
  /** Two types with a blank between that stand side by side across a period without a sentence's end. */
  collocations: ReadonlySet<string>
  starters: ReadonlySet<string>
  /** In which cases and places a type was seen, as flags. */
  contexts: ReadonlyMap<string, number>
}

// Orthographic contexts: a type was seen inside a sentence in upper case, in any place in upper or lower case, ...
const INSIDE_UPPER = 4
const ANY_UPPER = 2 | 4 | 8
const START_LOWER = 16
const ANY_LOWER = 16 | 32 | 64

const NLTK: PatternFlags = { dialect: 'regex' }
const NOT_IN_WORDS = `(?:[)";}\\]*:@'({\\[\\u2018\\u2019\\u201c\\u201d\\xab\\xbb!?])`
const MULTIPLE = '(?:-{2,}|\\.{2,}|(?:\\.\\s){2,}\\.)'
const WORDS =
  `${MULTIPLE}|(?=[^("\`{\\[:;&#*@)}\\]\\-,])\\S+?(?=\\s|$|${NOT_IN_WORDS}|${MULTIPLE}|` +
  `,(?=$|\\s|${NOT_IN_WORDS}|${MULTIPLE}))|\\S`
const CANDIDATE = `[.?!](?=(?P<after>${NOT_IN_WORDS}|\\s+(?P<next>\\S+)))`
const CLOSING = `(?m:["')\\]}\\u2018\\u2019\\u201c\\u201d\\xab\\xbb]+?(?:\\s+|(?=--)|$))`
const NUMBER = '^-?[.,]?\\d[\\d,.-]*\\.?$'

/** `src/eval/data/punkt-english.txt` -> model. */
export function readPunkt(text: string): PunktModel {
  const [abbreviations, collocations, starters, ...contexts] = text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'))
  return {
    abbreviations: new Set(abbreviations.slice(1)),
    collocations: new Set(collocations.slice(1)),
    starters: new Set(starters.slice(1)),
    contexts: new Map(contexts.flatMap(([flags, ...words]) => words.map((word) => [word, Number(flags)] as const))),
  }
}

/** The sentences of a text, without the white space between them. */
export function splitSentences(text: string, model: PunktModel): string[] {
  return realigned(text, spans(text, model)).map(([from, to]) => text.slice(from, to))
}

type Span = [from: number, to: number]

function spans(text: string, model: PunktModel): Span[] {
  const out: Span[] = []
  let from = 0
  for (const { end, context, next } of candidates(text)) {
    if (!endsInside(context, model)) continue
    out.push([from, end])
    from = next ?? end
  }
  return [...out, [from, stripRight(text).length]]
}

interface Candidate {
  /** Behind the mark. */
  end: number
  /** The word before the mark, the mark and what follows: all that the decision rests on. */
  context: string
  /** Where the next word begins, if white space follows the mark. */
  next: number | null
}

/** Marks that may end a sentence. Of several behind the same word only the last counts. */
function candidates(text: string): Candidate[] {
  const out: Candidate[] = []
  let word: Span = [0, 0]
  let held: Candidate | null = null
  // Group 1 is what follows the mark, group 2 the next word in it.
  for (const match of text.matchAll(pythonPattern(CANDIDATE, NLTK))) {
    const { g1: after, g2: next } = match.groups as { g1: string; g2?: string }
    const blank = lastBlank(text.slice(word[1], match.index))
    const found: Span = [blank > 0 ? word[1] + blank + 1 : word[0], match.index]
    if (held && word[1] <= found[0]) out.push(held)
    word = found
    const end = match.index + match[0].length
    held = {
      end,
      context: text.slice(...word) + match[0] + after,
      next: next === undefined ? null : end + after.length - next.length,
    }
  }
  return held ? [...out, held] : out
}

/** Place of the last ASCII white space, 0 where there is none, as in the reference. */
function lastBlank(text: string): number {
  for (let i = text.length - 1; i >= 0; i--) if (' \t\n\r\v\f'.includes(text[i])) return i
  return 0
}

/** Closing quotes and brackets behind a sentence's end belong to it. */
function realigned(text: string, all: Span[]): Span[] {
  const out: Span[] = []
  let moved = 0
  for (const [i, [begin, to]] of all.entries()) {
    const from = begin + moved
    const next = all[i + 1]
    const closing = next && firstMatch(text.slice(...next))
    if (closing) {
      out.push([from, next[0] + stripRight(closing).length])
      moved = closing.length
      continue
    }
    moved = 0
    if (to > from) out.push([from, to])
  }
  return out
}

function firstMatch(text: string): string | null {
  const match = pythonPattern(`\\A${CLOSING}`, NLTK).exec(text)
  return match ? match[0] : null
}

interface Token {
  text: string
  /** Lower case, numbers as one type. */
  type: string
  endsSentence: boolean
  isAbbreviation: boolean
  isEllipsis: boolean
}

/** Whether a sentence ends in `context` before its last token. */
function endsInside(context: string, model: PunktModel): boolean {
  const tokens = context.split('\n').flatMap((line) => (strip(line) === '' ? [] : tokensOf(line)))
  for (const token of tokens) firstPass(token, model)
  return tokens.some((token, i) => {
    const next = tokens[i + 1]
    if (!next) return false
    secondPass(token, next, model)
    return token.endsSentence
  })
}

function tokensOf(line: string): Token[] {
  return Array.from(line.matchAll(pythonPattern(WORDS, NLTK)), ([text]) => {
    const lower = text.toLowerCase()
    const type = pythonPattern(NUMBER, NLTK).test(lower) ? '##number##' : lower
    return { text, type, endsSentence: false, isAbbreviation: false, isEllipsis: false }
  })
}

/** What the type alone says (3). */
function firstPass(token: Token, { abbreviations }: PunktModel): void {
  const { text } = token
  if (text === '.' || text === '?' || text === '!') token.endsSentence = true
  else if (/^\.\.+$/.test(text)) token.isEllipsis = true
  else if (text.endsWith('.') && !text.endsWith('..')) {
    const word = text.slice(0, -1).toLowerCase()
    if (abbreviations.has(word) || abbreviations.has(word.split('-').at(-1)!)) token.isAbbreviation = true
    else token.endsSentence = true
  }
}

/** What the next token says (4). */
function secondPass(token: Token, next: Token, model: PunktModel): void {
  if (!token.text.endsWith('.')) return
  const type = withoutPeriod(token.type)
  const nextType = sentenceType(next)
  const isInitial = pythonPattern('\\A[^\\W\\d]\\.$', NLTK).test(token.text)
  const keepOpen = () => {
    token.endsSentence = false
    token.isAbbreviation = true
  }
  if (model.collocations.has(`${type} ${nextType}`)) return keepOpen() // 4.1.2
  const starts = startsSentence(next, model)
  if ((token.isAbbreviation || token.isEllipsis) && !isInitial) {
    // 4.2: an abbreviation or an ellipsis can end a sentence, too.
    if (starts === true || (isFirstUpper(next) && model.starters.has(nextType))) {
      token.endsSentence = true
      return
    }
  }
  if (!isInitial && type !== '##number##') return
  // 4.3: initials and ordinals.
  if (starts === false) return keepOpen()
  const isNeverLower = ((model.contexts.get(nextType) ?? 0) & ANY_LOWER) === 0
  if (starts === null && isInitial && isFirstUpper(next) && isNeverLower) keepOpen()
}

/** 4.1.1: whether a token starts a sentence by its case; null where its case does not tell. */
function startsSentence(token: Token, { contexts }: PunktModel): boolean | null {
  if (token.text.length === 1 && ';:,.!?'.includes(token.text)) return false
  const context = contexts.get(sentenceType(token)) ?? 0
  if (isFirstUpper(token) && (context & ANY_LOWER) !== 0 && (context & INSIDE_UPPER) === 0) return true
  if (isFirstLower(token) && ((context & ANY_UPPER) !== 0 || (context & START_LOWER) === 0)) return false
  return null
}

const withoutPeriod = (type: string) => (type.length > 1 && type.endsWith('.') ? type.slice(0, -1) : type)
const sentenceType = (token: Token) => (token.endsSentence ? withoutPeriod(token.type) : token.type)
const first = (text: string) => String.fromCodePoint(text.codePointAt(0)!)
const isFirstUpper = (token: Token) => isUpper(first(token.text))
const isFirstLower = (token: Token) => isLower(first(token.text))
