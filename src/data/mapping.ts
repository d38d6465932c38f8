import type { RowValue } from './source-row'

export type DataFormat = 'messages' | 'alpaca' | 'sharegpt' | 'prompt-completion' | 'text' | 'columns' | 'unknown'

/** How a row's columns become a training example. */
export interface ColumnMapping {
  format: DataFormat
  /** With format 'columns': the column of the user's turn, of the assistant's and, where there is one, of the system's. */
  user?: string
  assistant?: string
  system?: string
}

/** Alpaca's own name first, then those of Dolly and others with the same fields. */
export const ALPACA_INPUTS = ['input', 'context'] as const
export const ALPACA_OUTPUTS = ['output', 'response', 'answer'] as const

const USER_WORDS = words('user human question query prompt instruction input ask request problem patient client customer student source q 问题 提问 用户 问 输入 指令 患者')
const ASSISTANT_WORDS = words('assistant bot gpt answer response reply output completion solution doctor agent model target teacher a 回答 答案 答复 回复 助手 答 输出 医生')
const SYSTEM_WORDS = words('system persona 系统 设定')

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
  return { format: 'unknown' }
}

/** Every column, in the order of first appearance. */
export function columnsOf(rows: readonly RowValue[]): string[] {
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
    columns.filter((name) => rows.some((row) => kinds.includes(typeof row[name]) && row[name] !== ''))
  const named = holding(['string', 'number'])
  const system = best(named.filter((name) => !best([name], ASSISTANT_WORDS)), SYSTEM_WORDS)
  const turns = named.filter((name) => name !== system)
  const user = best(turns, USER_WORDS)
  const assistant = best(turns.filter((name) => name !== user), ASSISTANT_WORDS)
  if (user && assistant) return { format: 'columns', user, assistant, ...(system ? { system } : {}) }
  const texts = holding(['string'])
  if (texts.length !== 2 || columns.length !== 2) return null
  // Two columns of text of which at most one has a name that says something: what is asked stands first.
  const [a, b] = texts as [string, string]
  const isTurned = user === b || assistant === a
  return { format: 'columns', user: isTurned ? b : a, assistant: isTurned ? a : b }
}

/** The column with the most words of the list; the last word of a name weighs most (doctor_question is a question). */
function best(columns: string[], list: Set<string>): string | undefined {
  let found: string | undefined
  let top = 0
  for (const name of columns) {
    const parts = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^\p{L}]+/u).filter(Boolean)
    let score = 0
    parts.forEach((part, i) => {
      if (list.has(part)) score += i === parts.length - 1 ? 3 : 1
    })
    if (score > top) {
      top = score
      found = name
    }
  }
  return found
}
