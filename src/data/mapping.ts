import type { ColumnMapping } from '../contracts/data'
import type { RowValue } from './source-row'

/** Alpaca's own name first, then those of Dolly and others with the same fields. */
export const ALPACA_INPUTS = ['input', 'context'] as const
export const ALPACA_OUTPUTS = ['output', 'response', 'answer'] as const

const USER_WORDS = words(
  'user human question query prompt instruction input ask request problem patient client customer student source q frage anfrage pregunta domanda 问题 提问 用户 问 输入 指令 患者',
)
const ASSISTANT_WORDS = words(
  'assistant bot gpt answer response reply output completion solution doctor agent model target teacher a antwort réponse reponse respuesta risposta 回答 答案 答复 回复 解答 助手 答 输出 医生',
)
const SYSTEM_WORDS = words('system persona 系统 设定')

/** Numbers of rows; nobody asks or answers in them. */
const NUMBERING = /(^|[^\p{L}])(id|no|nr|index|idx|uuid)$|[a-z]I[Dd]$|编号|序号|号码|单号|工号/iu

function words(list: string): Set<string> {
  return new Set(list.split(' '))
}

/** Recognise the format from the names of the columns and the kinds of their values in a sample of rows. */
export function detectMapping(rows: readonly RowValue[]): ColumnMapping {
  const columns = columnsOf(rows)
  const has = (name: string, test: (value: unknown) => boolean = isPresent) => rows.some((row) => test(row[name]))
  if (has('messages', isList)) return { format: 'messages' }
  if (has('conversations', isList)) return { format: 'sharegpt' }
  if (has('prompt') && has('completion')) return { format: 'prompt-completion' }
  if (has('instruction') && ALPACA_OUTPUTS.some((name) => has(name))) return { format: 'alpaca' }
  const guess = guessColumns(rows, columns)
  if (guess) return guess
  if (has('text', (value) => typeof value === 'string')) return { format: 'text' }
  return { format: 'unknown', ...likelyColumns(rows, columns) }
}

/**
 * A column for a role, chosen by a person. No column has two roles: question and answer change places where each would
 * get the other's, and a system column that is wanted elsewhere is one no more.
 */
export function assignColumn(
  mapping: ColumnMapping,
  role: 'user' | 'assistant' | 'system',
  column: string | undefined,
): ColumnMapping {
  const next = { ...mapping, [role]: column }
  if (column === undefined) return next
  if (role === 'system') return column === mapping.user || column === mapping.assistant ? mapping : next
  const other = role === 'user' ? 'assistant' : 'user'
  if (mapping[other] === column) next[other] = mapping[role]
  if (mapping.system === column) delete next.system
  return next
}

/** Every column, in the order of first appearance. */
function columnsOf(rows: readonly RowValue[]): string[] {
  const seen = new Set<string>()
  for (const row of rows) for (const name of Object.keys(row)) seen.add(name)
  return [...seen]
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === 'string' && value.trimStart().startsWith('[{'))
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function guessColumns(rows: readonly RowValue[], columns: string[]): ColumnMapping | null {
  const holding = (kinds: string[]) =>
    columns.filter(
      (name) => !NUMBERING.test(name) && rows.some((row) => kinds.includes(typeof row[name]) && row[name] !== ''),
    )
  const named = holding(['string', 'number'])
  const system = best(
    named.filter((name) => !best([name], ASSISTANT_WORDS)),
    SYSTEM_WORDS,
  )
  const turns = named.filter((name) => name !== system)
  const user = best(turns, USER_WORDS)
  const assistant = best(
    turns.filter((name) => name !== user),
    ASSISTANT_WORDS,
  )
  if (user && assistant) return { format: 'columns', user, assistant, ...(system ? { system } : {}) }
  const texts = holding(['string'])
  if (texts.length !== 2 || columns.filter((name) => !NUMBERING.test(name)).length !== 2) return null
  return { format: 'columns', ...inOrder(texts[0], texts[1]) }
}

/**
 * Of columns that do not say what they are, the two with the longest texts; numbers are no texts, in a table neither.
 */
function likelyColumns(rows: readonly RowValue[], columns: string[]): Pick<ColumnMapping, 'user' | 'assistant'> {
  const lengths = columns
    .filter((name) => !NUMBERING.test(name))
    .map((name) => ({ name, length: rows.reduce((sum, row) => sum + textLength(row[name]), 0) }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length)
    .slice(0, 2)
  if (lengths.length < 2) return {}
  const [first, second] = columns.filter((name) => lengths.some((column) => column.name === name))
  return inOrder(first, second)
}

const textLength = (value: unknown) => (typeof value === 'string' && /\p{L}/u.test(value) ? value.length : 0)

/** Two columns of which at most one has a name that says something: what is asked stands first. */
function inOrder(first: string, second: string): Pick<ColumnMapping, 'user' | 'assistant'> {
  const isTurned = best([second], USER_WORDS) !== undefined || best([first], ASSISTANT_WORDS) !== undefined
  return isTurned ? { user: second, assistant: first } : { user: first, assistant: second }
}

/** The column with the most words of the list; the last word of a name weighs most (doctor_question is a question). */
function best(columns: string[], list: Set<string>): string | undefined {
  let found: string | undefined
  let top = 0
  for (const name of columns) {
    const parts = name
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .filter(Boolean)
    const weights = parts.map((part, i) => weight(part, list) * (i === parts.length - 1 ? 3 : 1))
    const score = weights.reduce((sum, one) => sum + one, 0)
    if (score > top) {
      top = score
      found = name
    }
  }
  return found
}

/**
 * Chinese puts no space between words (客户问题): one of two characters and more also counts as the end of a name, and less
 * within it.
 */
function weight(part: string, list: Set<string>): number {
  if (list.has(part)) return 1
  const inside = [...list].filter((word) => /^\p{Script=Han}{2,}$/u.test(word) && part.includes(word))
  if (inside.length === 0) return 0
  return inside.some((word) => part.endsWith(word)) ? 0.9 : 0.2
}
