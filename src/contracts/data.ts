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

export type DataFormat = 'messages' | 'alpaca' | 'sharegpt' | 'prompt-completion' | 'text' | 'columns' | 'unknown'

export interface ColumnMapping {
  format: DataFormat
  /** Used when format is 'columns': which column is the user's turn, the assistant's, and (optionally) the system's. */
  user?: string
  assistant?: string
  system?: string
}

export interface DataOptions {
  /** Absent: detected. */
  mapping?: ColumnMapping
  max_length: number
  assistant_only_loss: boolean
  completion_only_loss?: boolean
}

export interface DataSummary {
  name: string
  mapping: ColumnMapping
  /** Every column seen, in first-seen order. */
  columns: string[]
  /** First value of each column as text, cut at 200 characters. */
  examples: Record<string, string>
  rowsRead: number
  rowsKept: number
  totalTokens: number
  trainedTokens: number
  truncatedRows: number
  longest: number
  /** Lengths before truncation: count of rows with length in (from, to]. */
  histogram: { from: number; to: number; count: number }[]
  /** Rows left out, with the reason; at most 1000 listed, all counted. */
  badRows: { row: number; error: SerializedError }[]
  badRowCount: number
  /** What is to be known of the file as a whole, such as the encoding it was taken to be in. */
  notes?: SerializedError[]
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
