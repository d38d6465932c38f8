import { SHAPES, shapeOf } from './shapes'
import { Fields, isPresent } from './shapes/fields'
import type { RowValue } from './source-row'
import type { ColumnMapping, DataFormat } from '../contracts/data'

const USER_WORDS = words(
  'user human question query prompt instruction input ask request problem patient client customer student source q frage anfrage pregunta domanda 问题 提问 用户 问 输入 指令 患者',
)
const ASSISTANT_WORDS = words(
  'assistant bot gpt answer response reply output completion solution doctor agent model target teacher a antwort réponse reponse respuesta risposta 回答 答案 答复 回复 解答 助手 答 输出 医生',
)
const SYSTEM_WORDS = words('system persona 系统 设定')
/** What a question is about, put before it. */
const CONTEXT_WORDS = words(
  'context passage paragraph document article background evidence excerpt story input kontext contexte contexto 上下文 背景 材料 段落 文章',
)
/** A text that is learnt as it stands. */
const TEXT_WORDS = words('text content body article document passage story sentence 文本 正文 内容 文章')
/** What is said about a text. */
const ABOUT_WORDS = words(
  'source url uri link href title label lang language date time timestamp category topic subject tag author publisher license licence split domain meta metadata score file filename path 来源 链接 网址 标题 标签 语言 日期 时间 类别 作者',
)

/** Numbers of rows; nobody asks or answers in them. pandas calls an index without a name "Unnamed: 0". */
const NUMBERING =
  /(^|[^\p{L}])(id|no|nr|index|idx|uuid)$|[a-z]I[Dd]$|^Unnamed: \d+$|^__index_level_|编号|序号|号码|单号|工号/iu

/** Whether a column only numbers the rows. */
export const isNumbering = (column: string): boolean => NUMBERING.test(column)

function words(list: string): Set<string> {
  return new Set(list.split(' '))
}

/**
 * Recognise the format of a file from a sample of its rows: the shape that most rows have as a whole; else columns
 * whose names say who asks and who answers; else a shape that rows are meant to have, or a column of texts.
 */
export function detectMapping(rows: readonly RowValue[]): ColumnMapping {
  const whole = mostOf(rows, 'whole')
  if (whole) return { format: whole }
  const columns = columnsOf(rows)
  const guess = guessColumns(rows, columns)
  if (guess) return guess
  const part = mostOf(rows, 'part')
  if (part) return { format: part }
  return guessText(rows, columns) ?? guessPair(rows, columns) ?? { format: 'unknown', ...likelyColumns(rows, columns) }
}

/** Whether the names of a row's columns say what it is. */
export const isNamed = (value: RowValue): boolean =>
  shapeOf(new Fields(0, value), 'part') !== undefined || guessColumns([value], Object.keys(value)) !== null

/** The format that most of the rows have; of several that are as many, the first of the registry. */
function mostOf(rows: readonly RowValue[], how: 'whole' | 'part'): DataFormat | null {
  const counts = new Map<DataFormat, number>()
  for (const value of rows) {
    const format = shapeOf(new Fields(0, value), how)?.format
    if (format) counts.set(format, (counts.get(format) ?? 0) + 1)
  }
  const most = Math.max(0, ...counts.values())
  return SHAPES.find(({ format }) => counts.get(format) === most)?.format ?? null
}

/** Whether a mapping was given that holds for every row, whatever the row looks like. */
export const isChosen = (mapping: ColumnMapping | undefined): mapping is ColumnMapping =>
  mapping !== undefined && mapping.format !== 'unknown'

/**
 * What each row of a file is, row by row: sets that were put together have rows of several shapes. A mapping that a
 * person chose holds for all of them.
 */
export class RowFormats {
  /** What the file is as a whole. */
  readonly mapping: ColumnMapping
  private readonly isChosen: boolean
  private readonly byColumns = new Map<string, ColumnMapping | null>()

  constructor(chosen: ColumnMapping | undefined, sample: readonly RowValue[]) {
    this.isChosen = isChosen(chosen)
    this.mapping = isChosen(chosen) ? chosen : detectMapping(sample)
  }

  /** The mapping that makes an example of this row; 'unknown' where none does. */
  of(fields: Fields): ColumnMapping {
    if (this.isChosen) return this.mapping
    const whole = shapeOf(fields)
    const { mapping } = this
    if (whole) return whole.format === mapping.format ? mapping : { format: whole.format }
    const says = (name: string | undefined) => name !== undefined && isPresent(fields.value[name])
    if (mapping.format === 'columns' && says(mapping.user) && says(mapping.assistant)) return mapping
    if (mapping.format === 'text' && says(mapping.text)) return mapping
    return this.guess(fields.value) ?? this.meant(fields)
  }

  /** By the names of the columns that this row fills. */
  private guess(value: RowValue): ColumnMapping | null {
    const columns = Object.keys(value).filter((name) => isPresent(value[name]))
    const key = columns.join('\0')
    let guess = this.byColumns.get(key)
    if (guess === undefined) {
      guess = guessColumns([value], columns)
      this.byColumns.set(key, guess)
    }
    return guess
  }

  /** What a row that lacks something is meant to be, so that what it lacks can be said. */
  private meant(fields: Fields): ColumnMapping {
    const { mapping } = this
    const isOfTheFile =
      mapping.format === 'columns'
        ? [mapping.user, mapping.assistant].some((name) => name !== undefined && name in fields.value)
        : SHAPES.some((shape) => shape.format === mapping.format && shape.recognise(fields) !== null)
    const part = isOfTheFile ? undefined : shapeOf(fields, 'part')
    return part ? { format: part.format } : mapping
  }
}

/**
 * A column for a role, chosen by a person. No column has two roles: question and answer change places where each would
 * get the other's, and a system or context column that is wanted elsewhere is one no more.
 */
export function assignColumn(
  mapping: ColumnMapping,
  role: 'user' | 'assistant' | 'system' | 'context',
  column: string | undefined,
): ColumnMapping {
  const next = { ...mapping, [role]: column }
  if (column === undefined) return next
  if (role === 'system' || role === 'context') {
    if (column === mapping.user || column === mapping.assistant) return mapping
    const beside = role === 'system' ? 'context' : 'system'
    if (mapping[beside] === column) delete next[beside]
    return next
  }
  const other = role === 'user' ? 'assistant' : 'user'
  if (mapping[other] === column) next[other] = mapping[role]
  for (const beside of ['system', 'context'] as const) if (mapping[beside] === column) delete next[beside]
  return next
}

/** Every column, in the order of first appearance. */
function columnsOf(rows: readonly RowValue[]): string[] {
  const seen = new Set<string>()
  for (const row of rows) for (const name of Object.keys(row)) seen.add(name)
  return [...seen]
}

function guessColumns(rows: readonly RowValue[], columns: string[]): ColumnMapping | null {
  const named = holding(rows, columns, ['string', 'number', 'boolean', 'object'])
  const texts = new Set(holding(rows, columns, ['string']))
  const system = best(
    named.filter((name) => texts.has(name) && !best([name], ASSISTANT_WORDS)),
    SYSTEM_WORDS,
  )
  const turns = named.filter((name) => name !== system)
  const user = best(turns, USER_WORDS)
  const assistant = best(
    turns.filter((name) => name !== user),
    ASSISTANT_WORDS,
  )
  if (!user || !assistant) return null
  const rest = turns.filter((name) => name !== user && name !== assistant && texts.has(name))
  const context = rest.find((name) => endsIn(name, CONTEXT_WORDS))
  return { format: 'columns', user, assistant, ...(system ? { system } : {}), ...(context ? { context } : {}) }
}

/** Columns that hold values of these kinds and are no numbering. */
function holding(rows: readonly RowValue[], columns: string[], kinds: string[]): string[] {
  return columns.filter(
    (name) => !NUMBERING.test(name) && rows.some((row) => kinds.includes(typeof row[name]) && isPresent(row[name])),
  )
}

/** One column of texts, perhaps with others that say something about it. */
function guessText(rows: readonly RowValue[], columns: string[]): ColumnMapping | null {
  const texts = holding(rows, columns, ['string'])
  const isAlone = texts.length === 1 && columns.filter((name) => !/^Unnamed: \d+$/.test(name)).length === 1
  if (isAlone) return { format: 'text', text: texts[0] }
  const named = texts.filter((name) => endsIn(name, TEXT_WORDS))
  const others = columns.filter((name) => name !== named[0] && !NUMBERING.test(name))
  const isText = named.length === 1 && others.every((name) => endsIn(name, ABOUT_WORDS))
  return isText ? { format: 'text', text: named[0] } : null
}

/** Two columns of texts and nothing else but numbering. */
function guessPair(rows: readonly RowValue[], columns: string[]): ColumnMapping | null {
  const texts = holding(rows, columns, ['string'])
  if (texts.length !== 2 || columns.filter((name) => !NUMBERING.test(name)).length !== 2) return null
  if (texts.some((name) => endsIn(name, ABOUT_WORDS))) return null
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

/** The words of a column's name. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean)
}

/** Whether a name ends with one of the words. */
function endsIn(name: string, list: Set<string>): boolean {
  const last = wordsOf(name).at(-1)
  return last !== undefined && weight(last, list) >= 0.9
}

/** The column with the most words of the list; the last word of a name weighs most (doctor_question is a question). */
function best(columns: string[], list: Set<string>): string | undefined {
  let found: string | undefined
  let top = 0
  for (const name of columns) {
    const parts = wordsOf(name)
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
  if (list.has(part) || (part.length > 3 && list.has(part.replace(/s$/, '')))) return 1
  const inside = [...list].filter((word) => /^\p{Script=Han}{2,}$/u.test(word) && part.includes(word))
  if (inside.length === 0) return 0
  return inside.some((word) => part.endsWith(word)) ? 0.9 : 0.2
}
