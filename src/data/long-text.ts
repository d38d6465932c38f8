import type { Tokenizer } from '@huggingface/tokenizers'
import type { CertainCut } from './certain-cuts'

/** UTF-16 units that are tokenised in one go: some tens of milliseconds. */
const PART = 1 << 13
/** Units that a tokenizer's own expression gets at once; beyond some millions it runs out of stack. */
const LONGEST = 1 << 22
/** Tokens at the end of a part that what follows may still change. */
const OVERLAP = 16

/** A text that has no place, over so many units, at which its tokens can be told apart. */
export class WallOfText extends Error {
  readonly length: number
  readonly most = LONGEST
  /** Whether the tokenizer's cuts are known, and the text has none. */
  readonly hasNoCut: boolean

  constructor(length: number, hasNoCut: boolean) {
    super(`a text of ${length} characters that cannot be cut`)
    this.length = length
    this.hasNoCut = hasNoCut
  }
}

/** What the package's tokenizer consists of; its types hide some of it. */
interface Inner {
  normalizer: ((text: string) => string) | null
  pre_tokenizer: ((text: string, options: { section_index: number }) => string[]) | null
  post_processor: ((tokens: string[], pair: null, addSpecial: boolean) => { tokens: string[] }) | null
  model: Bpe
  splitter_unnormalized: Splitter
  splitter_normalized: Splitter
  added_tokens_map: Map<string, { id: number; lstrip: boolean; rstrip: boolean }>
  remove_space?: boolean
  do_lowercase_and_remove_accent?: boolean
}
interface Splitter {
  split(text: string): string[]
}
interface Bpe {
  bpe?(piece: string): string[]
  encode(pieces: string[]): string[]
  tokens_to_ids: Map<string, number>
  unk_token_id?: number
  fuse_unk?: boolean
  end_of_word_suffix?: string
  continuing_subword_suffix?: string | null
}

/**
 * The ids that the package gives for the whole of a long text, made in parts between which the caller gets its turn.
 * Where the pre-tokenizer splits for certain (`cut`), parts are independent; a piece that is itself long is merged in
 * parts (`mergeInParts`). null: a kind of tokenizer that this does not know. Throws WallOfText.
 */
export function idsInParts(
  tokenizer: Tokenizer,
  text: string,
  cut: CertainCut | null,
  addSpecial: boolean,
  part = PART,
): Generator<void, Int32Array> | null {
  const inner = tokenizer as unknown as Inner
  const { model } = inner
  const isKnown =
    model.bpe &&
    !model.end_of_word_suffix &&
    !model.continuing_subword_suffix &&
    !inner.remove_space &&
    !inner.do_lowercase_and_remove_accent
  return isKnown ? idsOf(inner, text, cut, addSpecial, part) : null
}

function* idsOf(inner: Inner, text: string, cut: CertainCut | null, addSpecial: boolean, part: number) {
  const { added_tokens_map: added, model, normalizer } = inner
  const tokens: string[] = []
  let done = 0
  for (const [section_index, section] of sections(inner, inner.splitter_unnormalized, text).entries()) {
    done += section.length
    if (done % part < section.length) yield
    if (added.has(section)) {
      tokens.push(section)
      continue
    }
    const normal = normalizer ? normalizer(section) : section
    for (const words of sections(inner, inner.splitter_normalized, normal)) {
      if (added.has(words)) tokens.push(words)
      else yield* tokensOf(inner, words, section_index, cut, part, tokens)
    }
  }
  const { post_processor: post } = inner
  const all = post ? post(tokens, null, addSpecial).tokens : tokens
  return Int32Array.from(all, (token) => added.get(token)?.id ?? model.tokens_to_ids.get(token) ?? model.unk_token_id!)
}

/** Added tokens and what stands between them, trimmed as they ask; nothing empty. */
function sections({ added_tokens_map: added }: Inner, splitter: Splitter, text: string): string[] {
  const parts = splitter.split(text)
  for (const [i, part] of parts.entries()) {
    const token = added.get(part)
    if (token?.lstrip && i > 0) parts[i - 1] = parts[i - 1].trimEnd()
    if (token?.rstrip && i < parts.length - 1) parts[i + 1] = parts[i + 1].trimStart()
  }
  return parts.filter((part) => part !== '')
}

function* tokensOf(
  { pre_tokenizer: pre, model }: Inner,
  words: string,
  section_index: number,
  cut: CertainCut | null,
  part: number,
  tokens: string[],
): Generator<void> {
  const isUnknown = (token: string) => (model.tokens_to_ids.get(token) ?? model.unk_token_id) === model.unk_token_id
  // As the package fuses: one for a row of them.
  const push = (token: string) => {
    if (!(model.fuse_unk && tokens.length > first && isUnknown(token) && isUnknown(tokens.at(-1)!))) tokens.push(token)
  }
  const first = tokens.length
  let done = 0
  for (const region of pre ? regions(words, cut, part) : [words]) {
    for (const piece of pre ? pre(region, { section_index }) : [region]) {
      if (piece.length <= part) {
        for (const token of model.encode([piece])) push(token)
        done += piece.length
        if (done % part < piece.length) yield
        continue
      }
      for (const token of yield* mergeInParts(model, piece, part))
        if (model.tokens_to_ids.has(token)) push(token)
        // A character that no merge reached: bytes, or unknown.
        else for (const one of model.encode([token])) push(one)
    }
  }
}

/** The text in parts that begin where it is certainly split. Throws WallOfText where there is no such place. */
function* regions(text: string, cut: CertainCut | null, part: number): Generator<string> {
  for (let from = 0; from < text.length;) {
    let to = from + part
    if (cut) while (to < text.length && to - from < LONGEST && !cut(text, to)) to++
    if (!cut || to >= text.length) to = text.length
    if (to - from >= LONGEST) throw new WallOfText(to - from, cut !== null)
    yield text.slice(from, to)
    from = to
  }
}

/**
 * The tokens of one long piece. Two parts may be joined where the last token of the one and the first of the other,
 * merged as a text of their own, stay those two. Then nothing else of them can merge across: merges are taken in the
 * order of their ranks and places, what happens inside a token's stretch depends on that stretch alone until something
 * crosses its border, and the first crossing would happen between the two tokens alone as well.
 */
function* mergeInParts(model: Bpe, piece: string, part: number): Generator<void, string[]> {
  const merge = (text: string) => model.bpe!(text)
  const staysTwo = (a: string, b: string) => {
    const both = merge(a + b)
    return both.length === 2 && both[0] === a
  }
  const done: string[] = []
  let at = 0
  let size = part
  while (at < piece.length) {
    let to = Math.min(at + size, piece.length)
    if (isPair(piece, to)) to--
    const tokens = merge(piece.slice(at, to))
    yield
    if (done.length > 0 && !staysTwo(done.at(-1)!, tokens[0])) {
      // Join one token earlier, and look further from now on: at last it is the whole.
      at -= done.pop()!.length
      size *= 2
      continue
    }
    const kept = to === piece.length ? tokens : tokens.slice(0, -OVERLAP)
    if (kept.length === 0) size *= 2
    for (const token of kept) {
      done.push(token)
      at += token.length
    }
  }
  return done
}

const isPair = (text: string, at: number) => /[\ud800-\udbff]/.test(text[at - 1] ?? '') && at < text.length
