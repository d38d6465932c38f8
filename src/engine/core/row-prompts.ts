import type { ChatTokenizer } from '../../data/index'
import type { TokenizedRow } from '../../contracts/data'
import { IGNORE } from '../../contracts/data'
import type { LanguageModel } from '../../model/language-model'

/** A row's beginning, up to where its answer is trained. */
export interface RowPrompt {
  /** Row number in the file. */
  row: number
  ids: Int32Array
  /** The question as a person would write it, without the template's marks. */
  question: string
  /** What the row answers. */
  expected: string
}

/** Rows that are trained whole give this share of themselves as the beginning. */
const OPENING = 0.25
const OPENING_TOKENS = 32
/** An answer to compare with need not be longer than what is generated. */
const EXPECTED_TOKENS = 96

/** Tokens that a prompt may have before an answer of so many. */
export const roomOf = ({ config }: LanguageModel, maxNewTokens: number): number =>
  config.maxPositionEmbeddings - maxNewTokens

/** `count` rows spread over the data set, and where their answers begin; none that begins behind `room` tokens. */
export function askedRows(
  rows: readonly TokenizedRow[],
  count: number,
  room: number,
): { row: TokenizedRow; at: number }[] {
  const fitting = rows.map((row) => ({ row, at: answerStart(row) })).filter(({ at }) => at <= room)
  const chosen = Math.min(count, fitting.length)
  return Array.from({ length: chosen }, (_, i) => fitting[Math.floor(((i + 0.5) * fitting.length) / chosen)])
}

/**
 * `count` rows spread over the data set, cut where their first trained token stands: the very ids that training shows
 * the model before an answer. Rows whose beginning is longer than `room` tokens are passed over.
 */
export function rowPrompts(
  rows: readonly TokenizedRow[],
  tokenizer: ChatTokenizer,
  count: number,
  room: number,
): RowPrompt[] {
  const marks = userMarks(tokenizer)
  return askedRows(rows, count, room).map(({ row, at }) => {
    const ids = row.inputIds.slice(0, at)
    const isChat = row.labels[1] === IGNORE
    const text = tokenizer.decode(ids)
    const question = isChat ? questionOf(text, marks) : null
    return {
      row: row.row,
      ids,
      question: question ?? tokenizer.decode(ids, { skipSpecial: true }).trim(),
      expected: tokenizer
        .decode(row.inputIds.slice(at, Math.min(answerEnd(row, at), at + EXPECTED_TOKENS)), { skipSpecial: true })
        .trim(),
    }
  })
}

function answerStart({ inputIds, labels }: TokenizedRow): number {
  const first = labels.findIndex((label, i) => i > 0 && label !== IGNORE)
  if (first > 1) return first
  return Math.max(1, Math.min(OPENING_TOKENS, Math.floor(inputIds.length * OPENING)))
}

function answerEnd({ labels }: TokenizedRow, from: number): number {
  const end = labels.findIndex((label, i) => i > from && label === IGNORE)
  return end < 0 ? labels.length : end
}

/** What the template puts before and after a user's words, found by rendering words that nobody says. */
function userMarks(tokenizer: ChatTokenizer): { before: string; after: string } | null {
  try {
    const conversation = ['QUESTION-1', 'ANSWER-1', 'QUESTION-2'].map((content, i) => ({
      role: i === 1 ? 'assistant' : 'user',
      content,
    }))
    const { text } = tokenizer.renderPrompt(conversation)
    const first = text.slice(0, text.indexOf('QUESTION-1'))
    const second = text.slice(text.indexOf('ANSWER-1') + 'ANSWER-1'.length, text.indexOf('QUESTION-2'))
    const after = text.slice(text.indexOf('QUESTION-2') + 'QUESTION-2'.length).trimEnd()
    const before = commonEnd(first, second)
    return before && after ? { before, after } : null
  } catch {
    // No template, or one that refuses such a conversation: the rows are not of its making.
    return null
  }
}

function questionOf(text: string, marks: ReturnType<typeof userMarks>): string | null {
  if (!marks) return null
  const end = text.lastIndexOf(marks.after)
  const start = text.lastIndexOf(marks.before, end)
  return start < 0 || end < start + marks.before.length ? null : text.slice(start + marks.before.length, end).trim()
}

function commonEnd(a: string, b: string): string {
  let n = 0
  while (n < a.length && n < b.length && a[a.length - 1 - n] === b[b.length - 1 - n]) n++
  return a.slice(a.length - n)
}
