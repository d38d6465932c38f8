import { fail, TuneError } from '../errors'
import type { TemplateBounds } from '../errors/data'
import type { Span } from './chat-template'
import { WallOfText } from './long-text'
import { TemplateRefusal } from './jinja/render'
import type { Example } from './shapes/shape'
import type { ChatTokenizer } from './tokenizer'
import { IGNORE, type Message, type TokenizedRow } from '../contracts/data'

export interface LossOptions {
  /** Longest row in tokens; longer ones are cut on the right. */
  max_length: number
  /** Train only what the assistant wrote. Absent: yes for conversations, no for prompt and completion. */
  assistant_only_loss?: boolean
  /** Train only the completion of {prompt, completion}. Absent: yes. */
  completion_only_loss?: boolean
}

export interface Tokenization {
  row: TokenizedRow
  /** Tokens before max_length cut them. */
  fullLength: number
}

/**
 * Ids and labels of one example, as trl 1.16 makes them (SFTTrainer._prepare_dataset): eos is added to plain texts
 * only, conversations are rendered without special tokens of the tokenizer's own, masks are laid over each other, and
 * max_length cuts on the right. Throws a TuneError naming the row where nothing of it would be trained. It yields
 * between the parts of a long text, so that the caller may do something else or give up.
 */
export function* tokenizeExample(
  row: number,
  example: Example,
  tokenizer: ChatTokenizer,
  options: LossOptions,
): Generator<void, Tokenization> {
  const { ids, mask } = yield* idsAndMask(row, example, tokenizer, options)
  if (ids.length < 2) throw fail('data-row-no-tokens', { row })
  const length = Math.min(ids.length, options.max_length)
  const inputIds = ids.slice(0, length)
  const labels = inputIds.slice()
  if (mask) for (let i = 0; i < length; i++) if (!mask[i]) labels[i] = IGNORE
  if (labels.every((label) => label === IGNORE)) {
    if (ids.length <= options.max_length) throw fail('data-row-untrained', { row })
    throw fail('data-row-masked', { row, length: ids.length, max_length: options.max_length })
  }
  return { row: { row, inputIds, labels, truncated: length < ids.length }, fullLength: ids.length }
}

const special = { addSpecialTokens: true }

type IdsAndMask = { ids: Int32Array; mask: Uint8Array | null }

function* idsAndMask(
  row: number,
  example: Example,
  tokenizer: ChatTokenizer,
  options: LossOptions,
): Generator<void, IdsAndMask> {
  const completionOnly = options.completion_only_loss ?? true
  if (example.kind === 'text') {
    return { ids: yield* tokenizer.encodeInParts(withEos(example.text, tokenizer), special), mask: null }
  }
  if (example.kind === 'completion') {
    const prompt = yield* tokenizer.encodeInParts(example.prompt, special)
    const whole = example.prompt + withEos(example.completion, tokenizer)
    const ids = yield* tokenizer.encodeInParts(whole, special)
    return { ids, mask: completionOnly ? afterPrompt(prompt, ids) : null }
  }
  const isCompletion = example.kind === 'chat-completion'
  const assistantOnly = options.assistant_only_loss ?? !isCompletion
  const messages = isCompletion ? [...example.prompt, ...example.completion] : example.messages
  if (assistantOnly && !messages.some((message) => message.role === 'assistant')) {
    throw fail('data-row-no-assistant', { row })
  }
  const template = tokenizer.templateFor(example.tools)
  if (!template) throw fail('data-template-missing', {})
  if (!template.supportsToolCalls && messages.some((message) => message.tool_calls?.length)) {
    throw fail('data-row-calls-unknown', { row })
  }
  const rendering = { tools: example.tools, args: example.templateArgs }
  const muted = example.untrained ?? []
  const hasSpans = assistantOnly || muted.length > 0
  try {
    const { text, spans } = hasSpans
      ? (template.renderTraining(messages, rendering) ?? refuse(row))
      : { text: template.render(messages, rendering), spans: null as Span[] | null }
    const ids = yield* tokenizer.encodeInParts(text)
    const mask = spans && (yield* spokenMask(row, { text, ids, spans }, messages, muted, tokenizer, assistantOnly))
    if (!isCompletion || !completionOnly) return { ids, mask }
    const render = { ...rendering, addGenerationPrompt: true }
    const promptText = hasSpans
      ? template.renderTrainingPrompt(example.prompt, render)
      : template.render(example.prompt, render)
    return { ids, mask: both(afterPrompt(yield* tokenizer.encodeInParts(promptText), ids), mask) }
  } catch (cause) {
    if (cause instanceof TuneError && cause.code === 'data-template-bounds')
      throw fail('data-row-template-bounds', { ...(cause.params as unknown as TemplateBounds), row }, cause)
    if (cause instanceof TuneError || cause instanceof WallOfText) throw cause
    const detail = (cause as Error).message
    if (cause instanceof TemplateRefusal) throw fail('data-row-template', { row, detail }, cause)
    throw fail('data-row-template-fails', { row, detail }, cause)
  }
}

/**
 * Tokens that are trained: those of the assistant's turns, or, on the full sequence, all; but never those of turns that
 * are marked as not to be learnt.
 */
function* spokenMask(
  row: number,
  { text, ids, spans }: { text: string; ids: Int32Array; spans: Span[] },
  messages: readonly Message[],
  muted: readonly number[],
  tokenizer: ChatTokenizer,
  assistantOnly: boolean,
): Generator<void, Uint8Array> {
  if (muted.length === 0) return yield* tokenizer.tokensInSpans(text, ids, spans)
  const turns = messages.flatMap((message, i) => (message.role === 'assistant' ? [i] : []))
  // Which span is whose turn must be known.
  if (turns.length !== spans.length) throw fail('data-template-spans', { row })
  const isMuted = (k: number) => muted.includes(turns[k])
  const off = yield* tokenizer.tokensInSpans(
    text,
    ids,
    spans.filter((_, k) => isMuted(k)),
  )
  if (!assistantOnly) return off.map((bit) => 1 - bit)
  return yield* tokenizer.tokensInSpans(
    text,
    ids,
    spans.filter((_, k) => !isMuted(k)),
  )
}

function refuse(row: number): never {
  throw fail('data-template-spans', { row })
}

/** Plain texts end with eos, unless they already do. */
function withEos(text: string, tokenizer: ChatTokenizer): string {
  const eos = tokenizer.eosToken
  return eos === null || text.endsWith(eos) ? text : text + eos
}

/** The completion begins where the ids of the prompt alone and of the whole part ways (trl's common_prefix_length). */
function afterPrompt(prompt: Int32Array, ids: Int32Array): Uint8Array {
  let same = 0
  while (same < prompt.length && same < ids.length && prompt[same] === ids[same]) same++
  return new Uint8Array(ids.length).fill(1, same)
}

function both(a: Uint8Array, b: Uint8Array | null): Uint8Array {
  return b ? a.map((bit, i) => bit & b[i]) : a
}
