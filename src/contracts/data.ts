import type { EncodingCandidate } from '../errors/data'
import type { SerializedError } from '../errors/index'

/** A chat message in the OpenAI shape, as chat templates expect it. */
export interface Message {
  role: string
  content: string | null
  tool_calls?: unknown[]
  name?: string
  tool_call_id?: string
  reasoning_content?: string
}

/** Label of a token that is not trained (PyTorch's ignore_index). */
export const IGNORE = -100

/** One data row after the chat template and the tokenizer. */
export interface TokenizedRow {
  /** 1-based row number in the file (line for JSONL, element for a JSON array). */
  row: number
  inputIds: Int32Array
  /** Same length; the token's own id where trained, IGNORE elsewhere. Not shifted. */
  labels: Int32Array
  /** True where max_length cut the row. */
  truncated: boolean
  /** What the row's column `split` says, where it has one: "train", "test". */
  split?: string
}

/**
 * What the model is fed: B rows of T tokens, padded on the right (or packed).
 * All arrays are row-major [B, T].
 */
export interface MicroBatch {
  B: number
  T: number
  inputIds: Int32Array
  /** Unshifted labels, IGNORE where padded or not trained; the first token of every segment is IGNORE. */
  labels: Int32Array
  /** Position of each token within its own row (restarts for every packed row). */
  positions: Int32Array
  /** 0 = padding; 1.. = which data row of this batch line the token belongs to. Attention stays inside a segment. */
  segments: Int32Array
  /** Row numbers of the file that are in this batch, for messages. */
  rows: number[]
  /** Tokens that count for the loss after the shift: positions t >= 1 within a segment whose label is not IGNORE. */
  trainedTokens: number
  /** Tokens that are not padding. */
  realTokens: number
}

/** The shapes that a row can have; a file may hold several, and is called by that of most of its rows. */
export const DATA_FORMATS = [
  'messages',
  'alpaca',
  'sharegpt',
  'prompt-completion',
  'preference',
  'xlam',
  'text',
  'columns',
] as const
export type DataFormat = (typeof DATA_FORMATS)[number] | 'unknown'

/** How a row's columns become a training example. */
export interface ColumnMapping {
  format: DataFormat
  /**
   * With format 'columns': the column of the user's turn, of the assistant's and, where there are any, of the system's
   * and of what the question is about. With 'unknown': a guess, of which no row is made before a person has agreed.
   */
  user?: string
  assistant?: string
  system?: string
  context?: string
  /** With format 'text': the column of the texts, where it is not called `text`. */
  text?: string
}

/** What a column was used as. */
export type ColumnUse =
  | 'messages'
  | 'question'
  | 'input'
  | 'context'
  | 'history'
  | 'answer'
  | 'system'
  | 'tools'
  | 'text'
  | 'prompt'
  | 'completion'
  | 'chosen'
  | 'rejected'
  | 'label'
  | 'flag'
  | 'template'

export interface DataOptions {
  /** Absent: detected. */
  mapping?: ColumnMapping
  /** Name of the file's encoding, as browsers or Python call it. Absent: found out. */
  encoding?: string
  max_length: number
  assistant_only_loss: boolean
  completion_only_loss?: boolean
}

/** Rows left out for one reason: the first one's error, and which they are. */
export interface LeftOut {
  error: SerializedError
  count: number
  /** The first few row numbers. */
  rows: number[]
}

/**
 * What the number of a row is: the line of the file on which it begins, the row that a spreadsheet shows (the heading
 * is row 1), or its place among the entries of the file, from 1.
 */
export type RowNumbering = 'line' | 'table' | 'place'

export interface DataSummary {
  name: string
  /** null: no row was read. */
  numbering: RowNumbering | null
  /** What most of the rows are. */
  mapping: ColumnMapping
  /** Kept rows by what they are: sets that were put together hold several kinds. */
  formats: Partial<Record<DataFormat, number>>
  /**
   * What only a person can say; no row is made before, and nothing has failed. 'columns': which of them is asked and
   * which answered (`mapping` holds a proposal, `examples` a cell of each). 'encoding': which of `encodings` it is.
   */
  question: 'columns' | 'encoding' | null
  /** The file's encoding as browsers name it; null for a kind of file that says itself how it is written. */
  encoding: string | null
  /** Where two and more encodings are as likely, each with a sample. */
  encodings: EncodingCandidate[]
  /** Every column seen, in first-seen order. */
  columns: string[]
  /** First value of each column as text, cut at 200 characters. */
  examples: Record<string, string>
  /** What each column was used as, in any row; an empty list: not used. */
  uses: Record<string, ColumnUse[]>
  rowsRead: number
  rowsKept: number
  totalTokens: number
  /** Labels that count for the loss, after the shift. */
  trainedTokens: number
  truncatedRows: number
  /** Tokens of the longest row before truncation, also where it was left out for its length. */
  longest: number
  /** Lengths before truncation: count of kept rows with length in (from, to]. */
  histogram: { from: number; to: number; count: number }[]
  /** Rows left out, with the reason; at most 1000 listed, all counted. */
  badRows: { row: number; error: SerializedError }[]
  badRowCount: number
  /** The same by reason, the most frequent first. */
  leftOut: LeftOut[]
  /**
   * What is to be known of the file as a whole, such as the encoding it was taken to be in, and what of it is not
   * trained. A note whose params have `suggested` (a value of the run file's field `field`) can be followed at once.
   */
  notes: SerializedError[]
  /** First few user turns, as suggestions for the playground. */
  prompts: string[]
}

export interface PreviewToken {
  id: number
  /** The row's text is all of these joined; "" for a token that holds the beginning of a character only. */
  text: string
  trained: boolean
  special: boolean
}

export interface PreviewRow {
  row: number
  truncated: boolean
  tokens: PreviewToken[]
}

/** A token with what the base and the model with its adapter think of it. */
interface JudgedToken extends PreviewToken {
  /** Natural logarithm of its probability behind the tokens before it; null where it is not trained. */
  base: number | null
  /** The same with the adapter; null also where there is none. */
  tuned: number | null
}

export interface RowTokens extends PreviewRow {
  tokens: JudgedToken[]
}
