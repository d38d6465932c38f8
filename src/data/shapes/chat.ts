import type { Message } from '../../contracts/data'
import { fail } from '../../errors'
import type { Fields } from './fields'
import { isObject, structureIn } from './fields'
import type { Example } from './shape'
import { toolsOf } from './tools'
import type { Turns } from './turns'
import { isPair, isTurn, toTurns } from './turns'

/** Columns beside a conversation that hold its system text. */
const SYSTEM = [
  'system',
  'system_prompt',
  'system_message',
  'system_instruction',
  'sys',
  'sys_prompt',
  '系统',
  '系统提示',
  '系统提示词',
]

/** The system text beside a row's other columns, "" where there is none. */
const systemText = (fields: Fields, own?: string): string =>
  fields.optionalText('system', ...(own === undefined ? SYSTEM : [own]))

export const hasSystem = (fields: Fields): boolean => fields.has(...SYSTEM)

/**
 * The conversation with what stands beside it: the system column goes in front where the messages have none of their
 * own (axolotl, LLaMA-Factory), tools and `chat_template_kwargs` to the template.
 */
export function chat(fields: Fields, turns: Turns): Extract<Example, { kind: 'chat' }> {
  return { kind: 'chat', ...withSystem(fields, turns), ...beside(fields) }
}

export function withSystem(fields: Fields, { messages, untrained }: Turns, own?: string): Turns {
  const system = systemText(fields, own)
  if (system === '') return { messages, untrained }
  const first = messages[0]
  if (first?.role === 'system') {
    if (first.content !== system) fields.remark('system-twice')
    return { messages, untrained }
  }
  return { messages: [{ role: 'system', content: system }, ...messages], untrained: untrained.map((i) => i + 1) }
}

/** Tools and template arguments of a row. */
function beside(fields: Fields): { tools: unknown[] | null; templateArgs: Record<string, unknown> } {
  const given = fields.get('chat_template_kwargs')
  const args = typeof given === 'string' ? structureIn(given) : given
  if (isObject(args)) fields.use('chat_template_kwargs', 'template')
  return { tools: toolsOf(fields), templateArgs: isObject(args) ? args : {} }
}

/** The turns before the question, from a list of [question, answer] pairs or of messages; none where there is none. */
export function historyTurns(fields: Fields): Turns {
  const name = fields.find('history')
  const given = name === undefined ? undefined : fields.value[name]
  const list = typeof given === 'string' ? structureIn(given) : given
  if (name === undefined) return { messages: [], untrained: [] }
  if (!Array.isArray(list) || !list.every(isSaid)) throw fail('data-row-history', { row: fields.row })
  fields.use(name, 'history')
  return toTurns(fields, list.map(asPair))
}

const isSaid = (one: unknown): boolean => isTurn(one) || isPair(asPair(one))

/** A pair whose halves are no texts (numbers, null) is one still. */
const asPair = (one: unknown): unknown =>
  Array.isArray(one) && one.length === 2 && !isPair(one) ? { user: one[0], assistant: one[1] } : one

/** A question and its answer behind what was said before. */
export function questionAndAnswer(before: Turns, question: string, answer: string): Turns {
  const turns: Message[] = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]
  return { messages: [...before.messages, ...turns], untrained: before.untrained }
}

/** A prompt and what completes it, as trl keeps them apart. */
export function completing(fields: Fields, prompt: Turns, completion: Turns): Example {
  const further = completion.untrained.map((i) => i + prompt.messages.length)
  return {
    kind: 'chat-completion',
    prompt: prompt.messages,
    completion: completion.messages,
    ...beside(fields),
    untrained: [...prompt.untrained, ...further],
  }
}
