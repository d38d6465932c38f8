import { fail } from '../../errors'
import { numberOf, pythonJson, pythonText } from '../exact-json'
import type { Message } from '../../contracts/data'
import type { Fields } from './fields'
import { isObject, isPresent, structureIn } from './fields'
import type { TurnKind } from './roles'
import { kindOf } from './roles'
import { callsOf, checkedCalls } from './tools'

/** Messages, and the indices of those that are read but not trained. */
export interface Turns {
  messages: Message[]
  untrained: number[]
}

const ROLE_KEYS = ['role', 'from', 'speaker', 'sender', 'author']
const CONTENT_KEYS = ['content', 'value', 'text', 'message', 'utterance']
/** Marks of a turn as other trainers know them: OpenAI `weight`, axolotl `train`, ms-swift `loss` and others. */
const FLAGS = ['weight', 'train', 'training', 'trainable', 'loss', 'loss_mask', 'loss_weight', 'train_on_turn']

/** Whether a value is a turn that says who speaks. */
export function isTurn(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false
  const role = ROLE_KEYS.find((key) => typeof value[key] === 'string')
  return role !== undefined && [...CONTENT_KEYS, 'tool_calls', 'function_call'].some((key) => key in value)
}

/** Whether a value is a question with its answer: [question, answer] or {human: ..., assistant: ...}. */
export function isPair(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 2 && value.every((one) => typeof one === 'string' || one === null)
  return isObject(value) && pairOf(value) !== null
}

/** The list that a value is or says, also as JSON or Python's text or turned on its side; null where it is none. */
export function turnList(value: unknown): unknown[] | null {
  const list = typeof value === 'string' ? structureIn(value) : value
  if (Array.isArray(list)) return list
  return isObject(list) ? fromColumns(list) : null
}

/** `{role: [...], content: [...]}`, as `datasets` keeps a sequence of mappings. */
function fromColumns(value: Record<string, unknown>): unknown[] | null {
  const columns = Object.entries(value)
  const length = Array.isArray(columns[0]?.[1]) ? columns[0][1].length : -1
  const fits = columns.length > 1 && columns.every(([, list]) => Array.isArray(list) && list.length === length)
  if (!fits) return null
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(columns.map(([key, list]) => [key, (list as unknown[])[i]])),
  )
}

/** The turns of a column that holds a conversation. Throws a TuneError that names row and message. */
export function turnsOf(fields: Fields, name: string): Turns {
  const { row } = fields
  const column = fields.find(name)
  if (column === undefined) throw fields.lacks([name])
  const list = turnList(fields.value[column])
  if (list === null) {
    const value = fields.value[column]
    if (typeof value !== 'string') throw fail('data-row-field-kind', { row, field: column, wanted: 'list' })
    throw fail('data-row-field-text', { row, field: column, found: value.trim().slice(0, 30) })
  }
  if (list.length === 0) throw fields.lacks([name])
  fields.use(column, 'messages')
  return withRowFlags(fields, toTurns(fields, list), list.length)
}

/** A column beside the conversation that holds a mark for each of its messages. */
function withRowFlags(fields: Fields, turns: Turns, length: number): Turns {
  if (turns.messages.length !== length) return turns
  for (const name of ['loss_mask', 'weights', 'train']) {
    const flags = fields.get(name)
    if (!Array.isArray(flags) || flags.length !== length) continue
    fields.use(name, 'flag')
    turns.messages.forEach(({ role }, i) => {
      if (role !== 'assistant' || flagOf(flags[i]) !== 0 || turns.untrained.includes(i)) return
      fields.remark('turn-untrained')
      turns.untrained.push(i)
    })
  }
  return turns
}

/** Turns from a list of messages, of pairs, or of texts by turns. */
export function toTurns(fields: Fields, list: readonly unknown[]): Turns {
  const maker = new TurnMaker(fields)
  const areTexts = list.length > 1 && list.every((one) => typeof one === 'string')
  list.forEach((one, i) => {
    if (areTexts) maker.add({ role: i % 2 === 0 ? 'user' : 'assistant', content: one }, i)
    else if (isObject(one) && ROLE_KEYS.some((key) => one[key] !== undefined && one[key] !== null)) maker.add(one, i)
    else if (Array.isArray(one) && isPair(one)) maker.addPair(one, i)
    else if (isObject(one) && pairOf(one)) maker.addPair(pairOf(one) as [unknown, unknown], i, one)
    else throw fail('data-row-message', { row: fields.row, message: i + 1 })
  })
  return maker.turns
}

/** The question and the answer of a mapping that has one field of each and no role. */
function pairOf(value: Record<string, unknown>): [unknown, unknown] | null {
  if (ROLE_KEYS.some((key) => typeof value[key] === 'string' && CONTENT_KEYS.some((content) => content in value))) {
    return null
  }
  const of = (kind: TurnKind) => Object.keys(value).filter((key) => kindOf(key) === kind)
  const [users, assistants] = [of('user'), of('assistant')]
  return users.length === 1 && assistants.length === 1 ? [value[users[0]], value[assistants[0]]] : null
}

class TurnMaker {
  readonly turns: Turns = { messages: [], untrained: [] }
  private readonly fields: Fields
  /** Whether the last message was made of turns that are calls: further ones join it. */
  private callsOpen = false

  constructor(fields: Fields) {
    this.fields = fields
  }

  addPair([question, answer]: readonly unknown[], index: number, source: Record<string, unknown> = {}): void {
    const system = Object.keys(source).find((key) => kindOf(key) === 'system')
    if (system !== undefined && isPresent(source[system])) this.add({ role: 'system', content: source[system] }, index)
    if (isPresent(question)) this.add({ role: 'user', content: question }, index)
    const flags = Object.fromEntries(FLAGS.filter((flag) => flag in source).map((flag) => [flag, source[flag]]))
    if (isPresent(answer)) this.add({ role: 'assistant', content: answer, ...flags }, index)
  }

  /** Checks what templates silently drop or choke on; every other field of the message is kept. */
  add(source: Record<string, unknown>, index: number): void {
    const { row } = this.fields
    const message = index + 1
    const roleKey = ROLE_KEYS.find((key) => source[key] !== undefined && source[key] !== null) as string
    const named = typeof source[roleKey] === 'string' ? source[roleKey] : ''
    const kind = kindOf(named)
    if (kind === undefined) throw fail('data-row-role', { row, message, role: named })
    const contentKey = CONTENT_KEYS.find((key) => source[key] !== undefined && source[key] !== null) ?? 'content'
    const given = source[contentKey]
    const rest = { ...source }
    if (kind === 'call') {
      delete rest[roleKey]
      delete rest[contentKey]
      return this.addCalls(checkedCalls(row, message, callsOf(row, message, given)), rest)
    }
    const calls = this.callsIn(rest, message)
    const content = this.contentOf(given, kind, message)
    const speaks = kind === 'assistant' && (calls !== null || isPresent(rest.reasoning_content))
    if (content === null && !speaks) throw fail('data-row-message', { row, message })
    if (kind === 'assistant' && !speaks && content?.trim() === '') this.fields.remark('answer-empty')
    const renamed = Object.entries(rest).map(([key, value]) => [
      key === roleKey ? 'role' : key === contentKey ? 'content' : key,
      value,
    ])
    this.push({ ...Object.fromEntries(renamed), role: kind, content, ...(calls && { tool_calls: calls }) } as Message)
  }

  /** The calls of a message, OpenAI's older `function_call` among them, which is taken away; null for none. */
  private callsIn(message: Record<string, unknown>, index: number): unknown[] | null {
    const { row } = this.fields
    const { function_call: legacy, tool_calls: given } = message
    const calls = typeof given === 'string' ? structureIn(given) : given
    if (!isPresent(legacy)) {
      return isPresent(calls) ? checkedCalls(row, index, Array.isArray(calls) ? calls : [calls]) : null
    }
    delete message.function_call
    return checkedCalls(row, index, callsOf(row, index, legacy))
  }

  /** Calls that stand as turns of their own are calls of one turn: of the assistant's text before them, if any. */
  private addCalls(calls: unknown[], rest: Record<string, unknown>): void {
    const last = this.turns.messages.at(-1)
    const joins = last?.role === 'assistant' && (this.callsOpen || !isPresent(last.tool_calls))
    if (joins && !FLAGS.some((flag) => isPresent(rest[flag]))) {
      last.tool_calls = [...(last.tool_calls ?? []), ...calls]
    } else this.push({ ...rest, role: 'assistant', content: '', tool_calls: calls } as Message)
    this.callsOpen = true
  }

  private push(message: Message): void {
    this.callsOpen = false
    this.turns.messages.push(message)
    if (this.isUntrained(message)) this.turns.untrained.push(this.turns.messages.length - 1)
  }

  private isUntrained(message: Message): boolean {
    const flags = FLAGS.map((flag) => flagOf((message as unknown as Record<string, unknown>)[flag]))
    const set = flags.filter((flag) => flag !== null)
    if (message.role !== 'assistant') {
      const isAsked = message.role === 'user' && set.some((flag) => flag > 0)
      if (isAsked) this.fields.remark('flag-on-question')
      return false
    }
    const isOff = set.includes(0)
    if (isOff) this.fields.remark('turn-untrained')
    else if (set.some((flag) => flag !== 1)) this.fields.remark('flag-fraction')
    return isOff
  }

  /** Text as it is; a list of text parts joined; null for none. */
  private contentOf(given: unknown, role: string, message: number): string | null {
    const { row } = this.fields
    if (typeof given === 'string' && numberOf(given) === null) return given
    if (given === null || given === undefined) return null
    if (typeof given !== 'object') return pythonText(given)
    const parts = Array.isArray(given) ? given : isObject(given) && Array.isArray(given.parts) ? given.parts : null
    const texts = parts?.map((part) => (typeof part === 'string' ? part : isObject(part) ? part.text : undefined))
    if (texts?.every((text) => typeof text === 'string')) return texts.join('')
    const other = parts?.find((part) => isObject(part) && typeof part.type === 'string' && part.type !== 'text')
    if (other) throw fail('data-row-media', { row, message, kind: String((other as { type: string }).type) })
    if (role === 'assistant') this.fields.remark('answer-object')
    return pythonJson(given)
  }
}

/** A mark as a number: 0 read only, 1 trained; null where there is none. */
export function flagOf(value: unknown): number | null {
  if (typeof value === 'boolean') return value ? 1 : 0
  const text = typeof value === 'string' ? { true: 1, false: 0, '1': 1, '0': 0 }[value.trim().toLowerCase()] : undefined
  return text ?? numberOf(value)
}
