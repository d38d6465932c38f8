import { chat, completing, questionAndAnswer, withSystem } from './chat'
import { conversation } from './messages'
import type { Fields } from './fields'
import { isObject } from './fields'
import { promptAnd } from './prompt-completion'
import { kindOf } from './roles'
import type { Example, Shape } from './shape'
import { isTurn, toTurns, turnList } from './turns'

const CHOSEN = ['chosen', 'chosen_response', 'response_chosen', 'chosen_answer', 'accepted', 'preferred']
const REJECTED = ['rejected', 'rejected_response', 'response_rejected', 'rejected_answer', 'dispreferred']
const QUESTIONS = ['prompt', 'instruction', 'question', 'query', 'input']
/** How hh-rlhf writes a conversation as text. */
const LAST_ANSWER = '\n\nAssistant:'

/** Preference data: what was chosen is trained, what was rejected is not. */
export const preference: Shape = {
  format: 'preference',
  recognise(fields) {
    const named = (names: string[]) => names.some((name) => fields.nameOf(name) !== undefined)
    if (!named(CHOSEN) || !named(REJECTED)) return null
    // Where messages end with an answer, they are what was chosen already.
    const said = conversation(fields)?.list.at(-1)
    if (said !== undefined && !isAsked(said)) return null
    return fields.has(...CHOSEN) ? 'whole' : 'part'
  },
  toExample(fields) {
    const name = fields.find(...CHOSEN)
    if (name === undefined) throw fields.lacks(CHOSEN.filter((one) => fields.nameOf(one) !== undefined))
    const rejected = fields.find(...REJECTED)
    if (rejected !== undefined) {
      fields.use(rejected, 'rejected')
      fields.remark('rejected-half')
    }
    const example = chosenExample(fields, name, rejected === undefined ? undefined : fields.value[rejected])
    fields.use(name, 'chosen')
    return example
  },
}

function chosenExample(fields: Fields, name: string, rejected: unknown): Example {
  const asked = conversation(fields)
  const chosen = messagesIn(fields.value[name])
  if (asked) {
    const prompt = withSystem(fields, toTurns(fields, asked.list))
    fields.use(asked.name, 'prompt')
    const answer = chosen ?? [{ role: 'assistant', content: fields.text('chosen', name) }]
    return completing(fields, prompt, toTurns(fields, answer))
  }
  if (chosen) return fromMessages(fields, chosen, messagesIn(rejected))
  if (fields.nameOf('prompt') !== undefined) return promptAnd(fields, name)
  const question = fields.find(...QUESTIONS)
  if (question !== undefined) {
    const input = question === fields.nameOf('input') ? '' : fields.optionalText('input', 'input')
    const asks = [fields.text('question', question), input].filter(Boolean).join('\n')
    return chat(fields, questionAndAnswer({ messages: [], untrained: [] }, asks, fields.text('chosen', name)))
  }
  const text = fields.text('chosen', name)
  const end = text.lastIndexOf(LAST_ANSWER) + LAST_ANSWER.length
  if (end < LAST_ANSWER.length) return { kind: 'text', text }
  return { kind: 'completion', prompt: text.slice(0, end), completion: text.slice(end) }
}

/** What both halves begin with is the prompt (trl's `extract_prompt`); a prompt of its own stands before them. */
function fromMessages(fields: Fields, chosen: unknown[], rejected: unknown[] | null): Example {
  if (fields.has('prompt') && !isAsked(chosen[0]) && !isSystem(chosen[0])) {
    const given = messagesIn(fields.get('prompt')) ?? [{ role: 'user', content: fields.text('prompt', 'prompt') }]
    fields.use('prompt', 'prompt')
    return completing(fields, withSystem(fields, toTurns(fields, given)), toTurns(fields, chosen))
  }
  let shared = 0
  const other = rejected ?? []
  while (shared < other.length && JSON.stringify(chosen[shared]) === JSON.stringify(other[shared])) shared++
  // Without a difference, all but the last message.
  if (shared === 0 || shared >= chosen.length) shared = chosen.length - 1
  if (fields.has('prompt')) fields.use('prompt', 'prompt')
  const prompt = withSystem(fields, toTurns(fields, chosen.slice(0, shared)))
  return completing(fields, prompt, toTurns(fields, chosen.slice(shared)))
}

/** One message or a list of them; null for what is text. */
function messagesIn(value: unknown): unknown[] | null {
  if (isObject(value) && isTurn(value)) return [value]
  const list = turnList(value)
  return list && list.length > 0 && list.every(isTurn) ? list : null
}

const roleOf = (turn: unknown) => (isObject(turn) ? kindOf(String(turn.role ?? turn.from ?? '')) : undefined)
const isAsked = (turn: unknown) => roleOf(turn) === 'user'
const isSystem = (turn: unknown) => roleOf(turn) === 'system'
