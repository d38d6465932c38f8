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
