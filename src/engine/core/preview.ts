import type { ChatTokenizer } from '../../data/index'
import type { TokenizedRow, PreviewRow } from '../../contracts/data'
import { IGNORE } from '../../contracts/data'

/**
 * A row's tokens with the labels the model is given: the first token is never trained, nothing comes before it. The
 * texts joined are the row's text: a token that begins a character has no text, the one that ends it has the character.
 */
export function previewRow(row: TokenizedRow, tokenizer: ChatTokenizer): PreviewRow {
  const decoder = tokenizer.streamDecoder()
  let shown = 0
  const last = row.inputIds.length - 1
  return {
    row: row.row,
    truncated: row.truncated,
    tokens: Array.from(row.inputIds, (id, i) => {
      const pushed = decoder.push(id)
      const whole = i === last ? decoder.finish() : pushed
      const text = whole.slice(shown)
      shown = whole.length
      return { ...tokenizer.tokenInfo(id), text, trained: i > 0 && row.labels[i] !== IGNORE }
    }),
  }
}
