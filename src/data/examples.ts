import { fail } from '../errors'
import { parseExact, unmark } from './exact-json'
import { ALPACA_INPUTS, ALPACA_OUTPUTS } from './mapping'
import type { ColumnMapping, Message } from '../contracts/data'
import type { RowValue } from './source-row'
/** A row in the shape in which it is tokenised. */
export type Example =
  | { kind: 'chat'; messages: Message[]; tools: unknown[] | null; templateArgs: Record<string, unknown> }
  | {
      kind: 'chat-completion'
      prompt: Message[]
      completion: Message[]
      tools: unknown[] | null
      templateArgs: Record<string, unknown>
    }
  | { kind: 'completion'; prompt: string; completion: string }
  | { kind: 'text'; text: string }

/** Other names under which data sets in the wild keep a role. */
const ROLE_ALIASES: Record<string, string> = {
  human: 'user',
  client: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bot: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  model: 'assistant',
  ai: 'assistant',
  developer: 'system',
  function: 'tool',
  function_response: 'tool',
  observation: 'tool',
  tool_response: 'tool',
}
const ROLES = new Set(['system', 'user', 'assistant', 'tool'])

/** Turn a row into an example under a mapping. Throws a TuneError that names the row and what it lacks. */
export function toExample(row: number, value: RowValue, mapping: ColumnMapping): Example {
  switch (mapping.format) {
    case 'messages':
      return { kind: 'chat', messages: toMessages(row, value, 'messages'), ...extras(row, value) }
    case 'sharegpt':
      return { kind: 'chat', messages: fromShareGpt(row, value), ...extras(row, value) }
    case 'alpaca':
      return chat(fromAlpaca(row, value))
    case 'columns':
      return chat(fromColumns(row, value, mapping))
    case 'prompt-completion':
      return fromPromptCompletion(row, value)
    case 'text':
      return { kind: 'text', text: requireText(row, value, 'text') }
    case 'unknown':
      throw fail('data-mapping-unknown', { columns: Object.keys(value) })
  }
}

function chat(messages: Message[]): Example {
  return { kind: 'chat', messages, tools: null, templateArgs: {} }
}

/** The instruction, then the input on a line of its own, as LLaMA-Factory joins them. */
function fromAlpaca(row: number, value: RowValue): Message[] {
  const messages: Message[] = []
  const system = optionalText(value, 'system')
  if (system) messages.push({ role: 'system', content: system })
  if (Array.isArray(value.history)) {
    for (const pair of value.history) {
      if (!Array.isArray(pair) || pair.length !== 2) throw fail('data-row-history', { row })
      messages.push({ role: 'user', content: String(pair[0]) }, { role: 'assistant', content: String(pair[1]) })
    }
  }
  const present = (names: readonly string[]) =>
    names.find((name) => value[name] !== undefined && value[name] !== null) ?? names[0]
  const input = optionalText(value, present(ALPACA_INPUTS))
  const parts = [optionalText(value, 'instruction'), input].filter(Boolean)
  if (parts.length === 0) throw missing(row, value, 'instruction')
  messages.push({ role: 'user', content: parts.join('\n') })
  messages.push({ role: 'assistant', content: requireText(row, value, present(ALPACA_OUTPUTS)) })
  return messages
}

function fromColumns(row: number, value: RowValue, mapping: ColumnMapping): Message[] {
  if (!mapping.user || !mapping.assistant) throw fail('data-mapping-unknown', { columns: Object.keys(value) })
  const messages: Message[] = []
  const system = mapping.system ? optionalText(value, mapping.system) : ''
  if (system) messages.push({ role: 'system', content: system })
  messages.push({ role: 'user', content: requireText(row, value, mapping.user) })
  messages.push({ role: 'assistant', content: requireText(row, value, mapping.assistant) })
  return messages
}

function fromShareGpt(row: number, value: RowValue): Message[] {
  const turns = requireList(row, value, 'conversations')
  const messages: Message[] = []
  const system = optionalText(value, 'system')
  if (system) messages.push({ role: 'system', content: system })
  turns.forEach((turn, i) => {
    if (!isObject(turn)) throw fail('data-row-message', { row, message: i + 1 })
    const { from, value: content, ...rest } = turn
    if (from === 'function_call') messages.push(functionCall(row, i, content))
    else messages.push(toMessage(row, i, { ...rest, role: from ?? turn.role, content: content ?? turn.content }))
  })
  return messages
}

/** ShareGPT keeps a call as a turn of its own whose value is the call's JSON. */
function functionCall(row: number, index: number, content: unknown): Message {
  try {
    const call: unknown = typeof content === 'string' ? parseExact(content) : content
    const calls = Array.isArray(call) ? call : [call]
    return { role: 'assistant', content: '', tool_calls: calls.map((one) => ({ type: 'function', function: one })) }
  } catch (cause) {
    throw fail('data-row-tool-call', { row, message: index + 1 }, cause)
  }
}

function fromPromptCompletion(row: number, value: RowValue): Example {
  const { prompt, completion } = value
  if (Array.isArray(prompt) || Array.isArray(completion)) {
    const asList = (field: unknown, name: string, role: string) =>
      typeof field === 'string' ? [{ role, content: field }] : toMessages(row, { [name]: field }, name)
    return {
      kind: 'chat-completion',
      prompt: asList(prompt, 'prompt', 'user'),
      completion: asList(completion, 'completion', 'assistant'),
      ...extras(row, value),
    }
  }
  return {
    kind: 'completion',
    // Text may be learnt without a question, too.
    prompt: prompt === '' ? '' : requireText(row, value, 'prompt'),
    completion: requireText(row, value, 'completion'),
  }
}

function toMessages(row: number, value: RowValue, field: string): Message[] {
  return requireList(row, value, field).map((message, i) => {
    if (!isObject(message)) throw fail('data-row-message', { row, message: i + 1 })
    return toMessage(row, i, message)
  })
}

/** Checks what templates silently drop or choke on; every other field of the message is kept. */
function toMessage(row: number, index: number, source: Record<string, unknown>): Message {
  const named = typeof source.role === 'string' ? source.role : ''
  const role = ROLE_ALIASES[named.toLowerCase()] ?? named
  if (!ROLES.has(role)) throw fail('data-row-role', { row, message: index + 1, role: named })
  const calls = Array.isArray(source.tool_calls) && source.tool_calls.length > 0
  const content = plainContent(source.content)
  if (content === undefined) throw fail('data-row-message', { row, message: index + 1 })
  if (content === null && !(role === 'assistant' && calls)) throw fail('data-row-message', { row, message: index + 1 })
  return { ...source, role, content } as Message
}

/** Text as it is; a list of text parts joined; null for none; undefined for what is not text. */
function plainContent(content: unknown): string | null | undefined {
  if (typeof content === 'string') return content
  if (content === null || content === undefined) return null
  if (!Array.isArray(content)) return undefined
  const parts = content.map((part) => (typeof part === 'string' ? part : isObject(part) ? part.text : undefined))
  return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined
}

function extras(row: number, value: RowValue): { tools: unknown[] | null; templateArgs: Record<string, unknown> } {
  let tools: unknown = value.tools
  if (typeof tools === 'string') {
    try {
      tools = tools.trim() === '' ? null : parseExact(tools)
    } catch (cause) {
      throw fail('data-row-tools', { row }, cause)
    }
  }
  if (tools !== null && tools !== undefined && !Array.isArray(tools)) throw fail('data-row-tools', { row })
  const args = value.chat_template_kwargs
  return { tools: (tools as unknown[] | undefined) ?? null, templateArgs: isObject(args) ? args : {} }
}

/** A list, or the JSON of one, as tables keep conversations. */
function requireList(row: number, value: RowValue, field: string): unknown[] {
  let list = value[field]
  if (typeof list === 'string' && list.trimStart().startsWith('[')) {
    try {
      list = parseExact(list)
    } catch (cause) {
      throw fail('data-row-json', { row, detail: (cause as Error).message }, cause)
    }
  }
  if (list === undefined || list === null) throw missing(row, value, field)
  if (!Array.isArray(list)) throw fail('data-row-field-kind', { row, field, wanted: 'list' })
  if (list.length === 0) throw fail('data-row-empty-field', { row, field })
  return list
}

function requireText(row: number, value: RowValue, field: string): string {
  const text = value[field]
  if (text === undefined || text === null) throw missing(row, value, field)
  if (typeof text === 'object') throw fail('data-row-field-kind', { row, field, wanted: 'text' })
  if (String(text).trim() === '') throw fail('data-row-empty-field', { row, field })
  return unmark(String(text))
}

function optionalText(value: RowValue, field: string): string {
  const text = value[field]
  return text === undefined || text === null || typeof text === 'object' ? '' : unmark(String(text))
}

function missing(row: number, value: RowValue, field: string) {
  return fail('data-row-missing-field', { row, field, columns: Object.keys(value) })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
