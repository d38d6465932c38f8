import type { RowTokens, TokenizedRow } from '../../contracts/data'
import { collate, type ChatTokenizer } from '../../data/index'
import type { LanguageModel } from '../../model/language-model'
import { PAD_TO } from '../../train/windows'
import { previewRow } from './preview'

/** A row token by token, with the log-probability of each trained one under the base and under the adapter. */
export async function rowTokens(
  model: LanguageModel,
  row: TokenizedRow,
  tokenizer: ChatTokenizer,
  signal?: AbortSignal,
): Promise<RowTokens> {
  const batch = collate([row], [[0]], { padToMultipleOf: PAD_TO, padId: tokenizer.padId })
  const base = await model.lossPerToken(batch, false)
  signal?.throwIfAborted()
  const tuned = model.lora ? await model.lossPerToken(batch, true) : null
  const preview = previewRow(row, tokenizer)
  const of = (losses: Float32Array | null, i: number) => (losses && !Number.isNaN(losses[i]) ? -losses[i] : null)
  return {
    ...preview,
    tokens: preview.tokens.map((token, i) => ({ ...token, base: of(base, i), tuned: of(tuned, i) })),
  }
}
