import type { ChatTokenizer } from '../../data/index'
import { fail } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import type { GenerateRequest, GenerateResult } from '../api/types'

/**
 * The model's answer to a conversation, streamed as whole characters. Throws 'engine-prompt-too-long',
 * 'engine-prompt-empty', or 'data-template-missing' for more than one message without a template.
 */
export async function answer(
  model: LanguageModel,
  tokenizer: ChatTokenizer,
  request: GenerateRequest,
  onText: (text: string, tokens: number) => void,
  signal?: AbortSignal,
): Promise<GenerateResult> {
  const prompt = promptIds(tokenizer, request)
  const limit = model.config.maxPositionEmbeddings
  if (prompt.length >= limit) throw fail('engine-prompt-too-long', { tokens: prompt.length, limit })
  const decoder = tokenizer.streamDecoder({ skipSpecial: true })
  const ids: number[] = []
  const stops = new Set(tokenizer.stopIds)
  const began = performance.now()
  const stream = model.generate(prompt, {
    maxNewTokens: request.max_new_tokens,
    temperature: request.temperature,
    topP: request.top_p,
    topK: request.top_k,
    seed: request.seed,
    stopIds: tokenizer.stopIds,
    useAdapter: request.useAdapter && model.lora !== null,
    signal,
  })
  for await (const id of stream) {
    ids.push(id)
    onText(decoder.push(id), ids.length)
  }
  const seconds = (performance.now() - began) / 1000
  const stopped = ids.length > 0 && stops.has(ids[ids.length - 1])
  return {
    token_ids: ids,
    text: decoder.finish(),
    finish: stopped ? 'stop' : signal?.aborted ? 'cancelled' : 'length',
    tokensPerSecond: seconds > 0 ? ids.length / seconds : 0,
  }
}

/**
 * The conversation in the model's template. A base model without one goes on with a single message, as rows of texts
 * taught it.
 */
export function promptIds(
  tokenizer: ChatTokenizer,
  { messages, tools }: Pick<GenerateRequest, 'messages' | 'tools'>,
): Int32Array {
  if (tokenizer.template || messages.length > 1) return tokenizer.renderPrompt(messages, tools).ids
  const ids = tokenizer.encode(messages[0]?.content ?? '', { addSpecialTokens: true })
  if (ids.length === 0) throw fail('engine-prompt-empty', {})
  return ids
}
