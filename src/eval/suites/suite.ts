import type { Message } from '../../contracts/data'
import { fail } from '../../errors'
import { suggest } from '../../errors/suggest'

/** What the answers of a suite are judged by; `text` asks nothing, its loss is the score. */
const SCORE_NAMES = [
  'instructions',
  'references',
  'json',
  'tools',
  'refusal',
  'questions',
  'recall',
  'truth',
  'text',
] as const
export type ScoreName = (typeof SCORE_NAMES)[number]

/** One thing to ask, with what its score needs in fields of its own (docs/scores.md). */
export interface SuiteItem {
  id: string
  /** The conversation that the model goes on with; empty where the score is a loss. */
  messages: Message[]
  tools: unknown[] | null
  /** Row of the person's data, where the item comes from it. */
  row?: number
  /** Everything else of the item as the file has it. */
  fields: Record<string, unknown>
}

/** A set of items and how their answers are judged. */
export interface Suite {
  name: string
  score: ScoreName
  title: { en: string; 'zh-CN': string }
  maxNewTokens: number
  items: SuiteItem[]
  /** How much may be lost here before a verdict counts it, in place of the person's own line. */
  threshold?: number
  /** The suite whose answers these are, too: what both ask is asked once. */
  answersOf?: string
}

const FORMAT = 'tunetab-suite/1'
const DEFAULT_TOKENS = 256

/** A suite from its JSON. Throws 'eval-suite-…' with what is wrong and where. */
export function readSuite(file: string, text: string): Suite {
  const value = parsed(file, text)
  if (value.format !== FORMAT) throw fail('eval-suite-format', { file, found: text1(value.format), wanted: FORMAT })
  const score = SCORE_NAMES.find((name) => name === value.score)
  if (!score) {
    const [found, known] = [text1(value.score), [...SCORE_NAMES]]
    throw fail('eval-suite-score', { file, found, known, suggestion: suggest(found, known) })
  }
  const tokens = value.max_new_tokens ?? DEFAULT_TOKENS
  if (!Number.isInteger(tokens) || (tokens as number) < 1) throw wrong(file, null, 'max_new_tokens')
  const { items, threshold } = value
  if (threshold !== undefined && !(typeof threshold === 'number' && threshold >= 0))
    throw wrong(file, null, 'threshold')
  if (!Array.isArray(items) || items.length === 0) throw wrong(file, null, 'items')
  const name = typeof value.name === 'string' && value.name.trim() !== '' ? value.name : file
  const system = typeof value.system === 'string' ? value.system : null
  const read = items.map((item, i) => readItem(file, item, i + 1, score, system))
  const twice = read.find(({ id }, i) => read.findIndex((other) => other.id === id) < i)
  if (twice) throw fail('eval-suite-id-twice', { file, id: twice.id })
  return { name, score, title: titleOf(value.title, name), maxNewTokens: tokens as number, threshold, items: read }
}

function readItem(file: string, value: unknown, row: number, score: ScoreName, system: string | null): SuiteItem {
  if (!isObject(value)) throw wrong(file, row, 'items')
  const { id, prompt, messages, tools, ...fields } = value
  const known = typeof id === 'string' || typeof id === 'number' ? String(id) : String(row)
  if (score === 'text') {
    if (typeof fields.text !== 'string' || fields.text.trim() === '') throw wrong(file, row, 'text')
    return { id: known, messages: [], tools: null, fields }
  }
  const asked = conversation(prompt, messages)
  if (!asked) throw wrong(file, row, messages === undefined ? 'prompt' : 'messages')
  if (tools !== undefined && tools !== null && !Array.isArray(tools)) throw wrong(file, row, 'tools')
  const own = asked[0].role === 'system' || system === null
  return {
    id: known,
    messages: own ? asked : [{ role: 'system', content: system }, ...asked],
    tools: (tools as unknown[] | null | undefined) ?? null,
    fields,
  }
}

function conversation(prompt: unknown, messages: unknown): Message[] | null {
  if (messages === undefined)
    return typeof prompt === 'string' && prompt.trim() !== '' ? [{ role: 'user', content: prompt }] : null
  const isTurn = (one: unknown) => isObject(one) && typeof one.role === 'string' && typeof one.content === 'string'
  return Array.isArray(messages) && messages.length > 0 && messages.every(isTurn) ? (messages as Message[]) : null
}

function titleOf(title: unknown, name: string): Suite['title'] {
  if (typeof title === 'string') return { en: title, 'zh-CN': title }
  const words = isObject(title) ? title : {}
  const one = (language: string) => (typeof words[language] === 'string' ? words[language] : undefined)
  const english = one('en') ?? one('zh-CN') ?? name
  return { en: english, 'zh-CN': one('zh-CN') ?? english }
}

function parsed(file: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch (cause) {
    throw fail('eval-suite-json', { file, detail: (cause as Error).message }, cause)
  }
}

const wrong = (file: string, row: number | null, field: string) => fail('eval-suite-field', { file, row, field })
const text1 = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
