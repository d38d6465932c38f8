import { fail, TuneError } from '../errors'
import { parseExact, unmark } from './exact-json'
import { knownTemplate } from './known-templates'
import {
  ANY_MARK,
  GENERATION_END_MARK,
  GENERATION_START_MARK,
  hasGenerationTags,
  LOOP_END_MARK,
  markGenerationTags,
  markMessageLoops,
  MESSAGE_MARK,
} from './template-marks'
import { render } from './jinja/render'
import { withinBounds } from './template-bounds'
import type { ParsedTemplate } from './template-parse'
import { parseTemplate } from './template-parse'
import type { Message } from '../contracts/data'

/** Half-open range of UTF-16 positions in a rendered text. */
export type Span = [start: number, end: number]

export interface RenderOptions {
  tools?: unknown[] | null
  addGenerationPrompt?: boolean
  /** More variables for the template, as a row's `chat_template_kwargs` gives them. */
  args?: Record<string, unknown>
}

type Piece = { role: string; start: number; end: number }

/** A model's chat template: renders conversations and says which part of the text the assistant wrote. */
export class ChatTemplate {
  /** Whether the template shows tools to the model. */
  readonly supportsTools: boolean
  /** Whether the template prints the calls that an assistant turn makes. */
  readonly supportsToolCalls: boolean
  private readonly stock: ParsedTemplate
  /** The stock template with trl's changes for training, where it makes any. */
  private readonly training: ParsedTemplate
  private readonly specials: Record<string, string>
  private readonly hasTags: boolean
  /** The template that marks what is trained, or null where no way was found to mark it. */
  private readonly marked: ParsedTemplate | null
  private readonly headers: string[]
  private readonly encodesStrings: boolean
  private readonly source: string

  /** `specials`: bos_token, eos_token and the like, which templates may print. */
  constructor(source: string, specials: Record<string, string>) {
    this.specials = specials
    this.source = source
    this.supportsTools = /\btools\b/.test(source)
    this.supportsToolCalls = source.includes('tool_calls')
    this.hasTags = hasGenerationTags(source)
    const known = this.hasTags ? null : knownTemplate(source)
    const edited = (known?.edits ?? []).reduce((text, [find, replace]) => text.replace(find, () => replace), source)
    try {
      this.stock = parseTemplate(this.hasTags ? markGenerationTags(source, '', '') : source)
      this.training = edited === source ? this.stock : parseTemplate(edited)
      this.marked = this.hasTags ? parseTemplate(markGenerationTags(source)) : markMessageLoops(edited)
    } catch (cause) {
      throw fail('data-template-broken', { detail: (cause as Error).message }, cause)
    }
    const prompt = this.generationPrompt()
    this.headers = known ? [known.header(prompt)] : this.probeHeaders(prompt)
    this.encodesStrings = this.probeStringArguments()
  }

  /** Whether the template looks at a field of this name, or at all of them. */
  mentions(field: string): boolean {
    return new RegExp(`(?<![\\w])${field.replace(/\W/g, '\\$&')}(?![\\w])|\\.items\\(|\\|\\s*items`).test(this.source)
  }

  /** The text of a conversation. Throws what the template raises. */
  render(messages: readonly Message[], options: RenderOptions = {}): string {
    return this.run(this.stock, messages, options)
  }

  /**
   * The text as it is trained on, and the spans in it that the assistant wrote: what `{% generation %}` encloses or,
   * in templates without it, each assistant turn after the generation prompt up to and with its end of turn.
   * null where they cannot be told apart.
   */
  renderTraining(messages: readonly Message[], options: RenderOptions = {}): { text: string; spans: Span[] } | null {
    if (ANY_MARK.test(JSON.stringify(messages))) return this.hasTags ? null : this.spansByPrefix(messages, options)
    if (this.hasTags) return cutGeneration(this.run(this.marked as ParsedTemplate, messages, options))
    const turns = messages.filter((message) => message.role === 'assistant').length
    if (this.marked) {
      const { text, pieces } = cutPieces(this.run(this.marked, messages, options))
      const spans = pieces.filter((piece) => piece.role === 'assistant').map((piece) => this.withoutHeader(text, piece))
      if (spans.length === turns) return { text, spans }
    }
    return this.spansByPrefix(messages, options)
  }

  /** The rendering of `renderTraining` without its spans: for a prompt that must be a prefix of it. */
  renderTrainingPrompt(messages: readonly Message[], options: RenderOptions = {}): string {
    return this.run(this.training, messages, options)
  }

  /** What the template adds to ask for an answer, e.g. "<|im_start|>assistant\n"; "" where it adds nothing. */
  generationPrompt(): string {
    const messages = [{ role: 'user', content: 'x' }]
    const plain = this.attempt(() => this.render(messages))
    const prompted = this.attempt(() => this.render(messages, { addGenerationPrompt: true }))
    if (plain === null || prompted === null) return ''
    if (prompted.startsWith(plain)) return prompted.slice(plain.length)
    // Phi-3 closes with eos where it does not ask: then it is what follows the last turn.
    const marked = this.hasTags ? null : this.marked
    const asking = marked && this.attempt(() => this.run(marked, messages, { addGenerationPrompt: true }))
    return asking ? asking.slice(asking.lastIndexOf(LOOP_END_MARK) + 1) : ''
  }

  /** The system text that the template puts in when a conversation has none, "" if none. */
  defaultSystem(): string {
    const marker = 'zq'
    const user: Message = { role: 'user', content: 'x' }
    const bare = this.attempt(() => this.render([user]))
    const given = this.attempt(() => this.render([{ role: 'system', content: marker }, user]))
    const at = given?.indexOf(marker) ?? -1
    if (bare === null || !given || at < 0) return ''
    const before = given.slice(0, at)
    const after = given.slice(at + marker.length)
    const fits = bare.startsWith(before) && bare.endsWith(after) && bare.length >= before.length + after.length
    return fits ? bare.slice(before.length, bare.length - after.length) : ''
  }

  private run(template: ParsedTemplate, messages: readonly Message[], options: RenderOptions): string {
    const text = withinBounds(() =>
      render(template, {
        ...this.specials,
        documents: null,
        ...options.args,
        messages: this.prepared(messages),
        tools: options.tools ?? null,
        add_generation_prompt: options.addGenerationPrompt ?? false,
      }),
    )
    return unmark(text)
  }

  /** Arguments given as JSON text are parsed for templates that would otherwise encode them a second time. */
  private prepared(messages: readonly Message[]): readonly Message[] {
    if (!this.encodesStrings || !messages.some((message) => message.tool_calls)) return messages
    return messages.map((message) =>
      Array.isArray(message.tool_calls) ? { ...message, tool_calls: message.tool_calls.map(parsedCall) } : message,
    )
  }

  private withoutHeader(text: string, piece: Piece): Span {
    const header = this.headers.find(
      (one) => text.startsWith(one, piece.start) && piece.start + one.length <= piece.end,
    )
    return [piece.start + (header?.length ?? 0), piece.end]
  }

  /** The generation prompt, and what assistant turns share with it where they do not begin with all of it. */
  private probeHeaders(prompt: string): string[] {
    const marked = this.marked
    if (!marked || this.hasTags || prompt === '') return [prompt]
    const user = { role: 'user', content: 'x' }
    const answer = { role: 'assistant', content: '\u2603' }
    const shared = [
      [user, answer],
      [user, answer, user],
    ].map((messages) => {
      const cut = this.attempt(() => cutPieces(this.run(marked, messages, {})))
      const piece = cut?.pieces.find((one) => one.role === 'assistant')
      return cut && piece ? commonPrefix(prompt, cut.text.slice(piece.start, piece.end)) : ''
    })
    return [...new Set([prompt, ...shared])].sort((a, b) => b.length - a.length)
  }

  private probeStringArguments(): boolean {
    const argument = '{"k": 1}'
    const call = { type: 'function', function: { name: 'f', arguments: argument } }
    const messages: Message[] = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: '', tool_calls: [call] },
    ]
    return this.attempt(() => this.run(this.stock, messages, {}))?.includes(argument) !== true
  }

  /** For templates without a loop that can be marked: render what comes before each turn, and the turn with it. */
  private spansByPrefix(messages: readonly Message[], options: RenderOptions): { text: string; spans: Span[] } | null {
    const text = this.run(this.training, messages, options)
    const spans: Span[] = []
    for (let i = 0; i < messages.length; i++) {
      if (messages[i].role !== 'assistant') continue
      const before = this.attempt(() =>
        this.run(this.training, messages.slice(0, i), { ...options, addGenerationPrompt: true }),
      )
      const upTo = this.attempt(() => this.run(this.training, messages.slice(0, i + 1), options))
      if (before === null || upTo === null || !text.startsWith(before) || !text.startsWith(upTo)) return null
      spans.push([before.length, upTo.length])
    }
    return { text, spans }
  }

  /** null where the template raises. Throws 'data-template-bounds' alone: what never ends does so everywhere. */
  private attempt<T>(action: () => T): T | null {
    try {
      return action()
    } catch (error) {
      if (error instanceof TuneError && error.code === 'data-template-bounds') throw error
      return null
    }
  }
}

function parsedCall(call: unknown): unknown {
  if (typeof call !== 'object' || call === null) return call
  const fields = call as Record<string, unknown>
  if (fields.function) return { ...fields, function: parsedCall(fields.function) }
  return typeof fields.arguments === 'string' ? { ...fields, arguments: parseExact(fields.arguments) } : call
}

/** Take the message marks out; what stands between two of them is one message's text. Empty pieces say nothing. */
function cutPieces(marked: string): { text: string; pieces: Piece[] } {
  const pieces: Piece[] = []
  let text = ''
  let role: string | null = null
  marked.split(/(\ufdd0[^\ufdd0]*\ufdd0|\ufdd1)/).forEach((part, i) => {
    const isMark = i % 2 === 1
    if (isMark) role = part[0] === MESSAGE_MARK ? part.slice(1, -1) : null
    else if (part !== '') {
      if (role !== null) pieces.push({ role, start: text.length, end: text.length + part.length })
      text += part
    }
  })
  return { text, pieces }
}

/** Take the generation marks out; what stands between start and end was generated. */
function cutGeneration(marked: string): { text: string; spans: Span[] } {
  const spans: Span[] = []
  let text = ''
  let start = 0
  for (const [part] of marked.matchAll(/[\ufdd2\ufdd3]|[^\ufdd2\ufdd3]+/g)) {
    if (part === GENERATION_START_MARK) start = text.length
    else if (part === GENERATION_END_MARK) {
      if (text.length > start) spans.push([start, text.length])
    } else text += part
  }
  return { text, spans }
}

function commonPrefix(a: string, b: string): string {
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  return a.slice(0, i)
}
