import type { ChatTokenizer, TokenizedRow } from '../data'
import { IGNORE } from '../data'
import type { PreviewRow } from './types'

/** A row's tokens with the labels the model is given: the first token is never trained, nothing comes before it. */
export function previewRow(row: TokenizedRow, tokenizer: ChatTokenizer): PreviewRow {
  return {
    row: row.row,
    truncated: row.truncated,
    tokens: Array.from(row.inputIds, (id, i) => ({
      ...tokenizer.tokenInfo(id),
      trained: i > 0 && row.labels[i] !== IGNORE,
    })),
  }
}
