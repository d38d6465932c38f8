import type { TokenizerClass } from '../contracts/model'
import { Tokenizer } from '@huggingface/tokenizers'
import { fail } from '../errors'
import { bytesOfToken } from './byte-level'
import { certainCut, type CertainCut } from './certain-cuts'
import { ChatTemplate, type Span } from './chat-template'
import { expectBoundedExpressions } from './expression-bounds'
import { idsInParts } from './long-text'
import { withSplitBehaviors } from './split-behavior'
import { asBuiltByClass } from './tokenizer-class'
import type { Message } from '../contracts/data'

/** The texts of a model's tokenizer files, as they stand in its folder. */
export interface TokenizerFiles {
  tokenizerJson: string
  tokenizerConfig: string | null
  /** The template's text, wherever the model's folder keeps it. */
  chatTemplate: string | null
  /** The text of the template for conversations with tools; without one, the other serves them, too. */
  toolTemplate?: string | null
  generationConfig?: string | null
  /** What the model's family says of its class. */
  tokenizerClass?: TokenizerClass
}

export interface TokenInfo {
  id: number
  /** The token decoded alone; U+FFFD where it is a part of a character. */
  text: string
  special: boolean
}

/** Decodes ids as they come, giving out whole characters only. */
export interface StreamDecoder {
  /** Add an id; the whole text so far. */
  push(id: number): string
  /** The whole text, with U+FFFD for a character that stayed unfinished. */
  finish(): string
}

export interface DecodeOptions {
  /** Leave out special tokens (end of turn and the like). Default false. */
  skipSpecial?: boolean
}

type Config = Record<string, unknown>

/** Read a model's tokenizer and chat template. Throws 'data-tokenizer-broken',
 * 'data-tokenizer-expression' or 'data-template-broken'. */
export async function loadTokenizer(files: TokenizerFiles): Promise<ChatTokenizer> {
  const json = parse('tokenizer.json', files.tokenizerJson)
  const config = files.tokenizerConfig ? parse('tokenizer_config.json', files.tokenizerConfig) : {}
  const generation = files.generationConfig ? parse('generation_config.json', files.generationConfig) : {}
  try {
    expectBoundedExpressions(json)
    const built = withSplitBehaviors(asBuiltByClass(json, config, files.tokenizerClass ?? {}))
    return new ChatTokenizer(built, config, files, generation)
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TuneError') throw cause
    // What the package trips over says nothing to a person.
    const detail = cause instanceof TypeError ? 'a part is missing or of another kind' : (cause as Error).message
    throw fail('data-tokenizer-broken', { file: 'tokenizer.json', detail }, cause)
  }
}

function parse(file: string, text: string): Config {
  try {
    return JSON.parse(text) as Config
  } catch (cause) {
    throw fail('data-tokenizer-broken', { file, detail: (cause as Error).message }, cause)
  }
}

/** UTF-16 units from which on a text is tokenised in parts. */
const LONG_TEXT = 1 << 16

/** A model's tokenizer with its chat template. Ids equal those of transformers' fast tokenizer. */
export class ChatTokenizer {
  readonly template: ChatTemplate | null
  private readonly toolTemplate: ChatTemplate | null
  readonly eosToken: string | null
  /** Ids after which generation ends: those of generation_config.json, the tokenizer's eos, the end of a turn. */
  readonly stopIds: number[]
  readonly eosId: number | null
  readonly padId: number
  /** Whether every token stands for bytes, so that spans of text fall on tokens exactly. */
  private readonly isByteLevel: boolean
  private readonly inner: Tokenizer
  private readonly specialIds: Set<number>
  private readonly addedText: Map<number, string>
  private readonly cut: CertainCut | null
  private readonly byteCache: (Uint8Array | null | undefined)[] = []

  constructor(
    json: Config,
    config: Config,
    { chatTemplate, toolTemplate }: Pick<TokenizerFiles, 'chatTemplate' | 'toolTemplate'>,
    generation: Config,
  ) {
    this.inner = new Tokenizer(json, { ...config, clean_up_tokenization_spaces: false })
    this.isByteLevel = JSON.stringify(json.decoder ?? null).includes('"ByteLevel"')
    this.cut = certainCut(json)
    this.addedText = new Map()
    this.specialIds = new Set()
    for (const [id, token] of this.inner.get_added_tokens_decoder()) {
      this.addedText.set(id, token.content)
      if (token.special) this.specialIds.add(id)
    }
    const specials = specialTokens(config)
    for (const text of Object.values(specials)) {
      const id = this.inner.token_to_id(text)
      if (id !== undefined) this.specialIds.add(id)
    }
    this.eosToken = specials.eos_token ?? null
    this.eosId = this.idOf(this.eosToken)
    this.padId = this.idOf(specials.pad_token ?? null) ?? this.eosId ?? 0
    this.template = chatTemplate === null ? null : new ChatTemplate(chatTemplate, specials)
    this.toolTemplate = toolTemplate ? new ChatTemplate(toolTemplate, specials) : null
    this.stopIds = this.findStopIds(generation)
  }

  /** Ids of a text. `addSpecialTokens` lets the tokenizer put in what it puts around every text (Llama's bos). */
  encode(text: string, options: { addSpecialTokens?: boolean } = {}): Int32Array {
    if (text === '' && !options.addSpecialTokens) return new Int32Array()
    return Int32Array.from(this.inner.encode(text, { add_special_tokens: options.addSpecialTokens ?? false }).ids)
  }

  /**
   * The same ids, a long text in parts, between which the caller may do something else or give up. Throws WallOfText
   * for a text without a place to cut it.
   * @param part UTF-16 units of a part; absent: some tens of milliseconds
   */
  *encodeInParts(
    text: string,
    options: { addSpecialTokens?: boolean } = {},
    part?: number,
  ): Generator<void, Int32Array> {
    const isLong = text.length > (part ?? LONG_TEXT)
    const parts = isLong ? idsInParts(this.inner, text, this.cut, options.addSpecialTokens ?? false, part) : null
    return parts ? yield* parts : this.encode(text, options)
  }

  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const decoder = this.streamDecoder(options)
    for (let i = 0; i < ids.length; i++) decoder.push(ids[i])
    return decoder.finish()
  }

  streamDecoder(options: DecodeOptions = {}): StreamDecoder {
    return this.isByteLevel ? this.byteDecoder(options) : this.pieceDecoder(options)
  }

  /** The template of a conversation, as transformers chooses it: by whether there are tools. */
  templateFor(tools?: unknown[] | null): ChatTemplate | null {
    return (tools ? this.toolTemplate : null) ?? this.template
  }

  /**
   * A conversation with the question for an answer, as text and ids. `args` are further variables of the template, such
   * as Qwen3's `enable_thinking`. Throws 'data-template-missing'.
   */
  renderPrompt(
    messages: readonly Message[],
    tools?: unknown[] | null,
    args?: Record<string, unknown>,
  ): { text: string; ids: Int32Array } {
    const template = this.templateFor(tools)
    if (!template) throw fail('data-template-missing', {})
    const text = template.render(messages, { tools, args, addGenerationPrompt: true })
    return { text, ids: this.encode(text) }
  }

  tokenInfo(id: number): TokenInfo {
    return { id, text: this.decode([id]), special: this.specialIds.has(id) }
  }

  /**
   * Which tokens of `ids` lie in the spans of `text`, as transformers' assistant mask has it: from the token that holds
   * a span's first character to the one that holds its last. `ids` must be the encoding of `text`.
   */
  *tokensInSpans(text: string, ids: Int32Array, spans: readonly Span[]): Generator<void, Uint8Array> {
    const mask = new Uint8Array(ids.length)
    if (spans.length === 0) return mask
    const ends = this.tokenEnds(text, ids)
    if (!ends) return yield* this.tokensByPrefix(text, ids, spans, mask)
    const offsets = byteOffsets(text, spans, this.normalized)
    let token = 0
    for (const [startByte, lastByte] of offsets) {
      while (token < ids.length && ends[token] <= startByte) token++
      while (token < ids.length) {
        const from = token === 0 ? 0 : ends[token - 1]
        if (from > lastByte) break
        mask[token++] = 1
      }
    }
    return mask
  }

  /** Byte position after each token, or null where tokens and text do not agree byte for byte. */
  private tokenEnds(text: string, ids: Int32Array): Int32Array | null {
    if (!this.isByteLevel) return null
    const ends = new Int32Array(ids.length)
    let at = 0
    for (let i = 0; i < ids.length; i++) {
      const bytes = this.bytesOf(ids[i])
      if (!bytes) return null
      at += bytes.length
      ends[i] = at
    }
    return at === utf8Length(this.normalized(text)) ? ends : null
  }

  /**
   * Where bytes cannot be followed: a character's token is the first that the ids of the text before it do not reach.
   */
  private *tokensByPrefix(
    text: string,
    ids: Int32Array,
    spans: readonly Span[],
    mask: Uint8Array,
  ): Generator<void, Uint8Array> {
    const encode = (part: string) => this.encodeInParts(part)
    function* tokensUpTo(position: number): Generator<void, number> {
      const part = yield* encode(text.slice(0, position))
      let same = 0
      while (same < part.length && part[same] === ids[same]) same++
      return same
    }
    for (const [start, end] of spans) {
      const first = yield* tokensUpTo(start)
      mask.fill(1, first, (yield* tokensUpTo(lastCharacter(text, start, end))) + 1)
    }
    return mask
  }

  private readonly normalized = (text: string): string => this.inner.normalizer?.(text) ?? text

  private bytesOf(id: number): Uint8Array | null {
    const cached = this.byteCache[id]
    if (cached !== undefined) return cached
    const added = this.addedText.get(id)
    const token = this.inner.id_to_token(id)
    const bytes =
      added !== undefined ? new TextEncoder().encode(added) : token === undefined ? null : bytesOfToken(token)
    this.byteCache[id] = bytes
    return bytes
  }

  private byteDecoder({ skipSpecial = false }: DecodeOptions): StreamDecoder {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let text = ''
    return {
      push: (id) => {
        if (!(skipSpecial && this.specialIds.has(id))) {
          text += decoder.decode(this.bytesOf(id) ?? new Uint8Array(), { stream: true })
        }
        return text
      },
      finish: () => (text += decoder.decode()),
    }
  }

  private pieceDecoder({ skipSpecial = false }: DecodeOptions): StreamDecoder {
    const ids: number[] = []
    const whole = () => (ids.length === 0 ? '' : this.inner.decode(ids, { clean_up_tokenization_spaces: false }))
    return {
      push: (id) => {
        // A table is often larger than its tokenizer: what stands for no token has no text.
        const isToken = this.inner.id_to_token(id) !== undefined
        if (isToken && !(skipSpecial && this.specialIds.has(id))) ids.push(id)
        return whole().replace(/\ufffd+$/, '')
      },
      finish: whole,
    }
  }

  private idOf(token: string | null): number | null {
    return token === null ? null : (this.inner.token_to_id(token) ?? null)
  }

  /** Those of the files first, the end of a turn last: GGUF's vocabulary takes the last for it. */
  private findStopIds(generation: Config): number[] {
    const stop = new Set<number>()
    const listed = generation.eos_token_id
    for (const id of Array.isArray(listed) ? listed : [listed]) if (typeof id === 'number') stop.add(id)
    if (this.eosId !== null) stop.add(this.eosId)
    const turnEnd = this.endOfTurn()
    if (turnEnd !== null) stop.add(turnEnd)
    return [...stop]
  }

  /** The special token with which the template closes an assistant turn: a base model's own eos may be another one. */
  private endOfTurn(): number | null {
    try {
      const messages = [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: 'y' },
        { role: 'user', content: 'z' },
      ]
      const rendered = this.template?.renderTraining(messages)
      if (!rendered || rendered.spans.length !== 1) return null
      const ids = this.encode(rendered.text.slice(...rendered.spans[0]))
      for (let i = ids.length - 1; i >= 0; i--) {
        if (this.specialIds.has(ids[i])) return ids[i]
        if (this.decode([ids[i]]).trim() !== '') return null
      }
      return null
    } catch {
      return null
    }
  }
}

function specialTokens(config: Config): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of ['bos_token', 'eos_token', 'pad_token', 'unk_token', 'sep_token', 'cls_token', 'mask_token']) {
    const value = config[name]
    const text = typeof value === 'string' ? value : (value as { content?: unknown } | null | undefined)?.content
    if (typeof text === 'string') found[name] = text
  }
  return found
}

function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x80) bytes += 1
    else if (c < 0x800) bytes += 2
    else if (c >= 0xd800 && c < 0xdc00) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}

/** First byte of each span's first and last character in the normalised text. Spans must be in order. */
function byteOffsets(text: string, spans: readonly Span[], normalized: (text: string) => string): [number, number][] {
  let position = 0
  let bytes = 0
  const advance = (to: number) => {
    bytes += utf8Length(normalized(text.slice(position, to)))
    position = to
    return bytes
  }
  return spans.map(([start, end]) => {
    const first = advance(start)
    const last = advance(lastCharacter(text, start, end))
    return [first, last]
  })
}

/** Where the last character of a span begins; a character outside the basic plane takes two positions. */
function lastCharacter(text: string, start: number, end: number): number {
  const isPair = /[\udc00-\udfff]/.test(text[end - 1])
  return Math.max(start, isPair ? end - 2 : end - 1)
}
