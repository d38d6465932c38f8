import type { ChatTokenizer } from '../../data/index'
import { fail, TuneError } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import type { GenerateRequest, GenerateResult } from '../../contracts/answers'

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
  const { strength } = request
  const before = model.adapterStrength
  if (strength !== undefined) model.setAdapterStrength(strength)
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
  try {
    for await (const id of stream) {
      ids.push(id)
      onText(decoder.push(id), ids.length)
    }
  } finally {
    // The next one, scores and a run's own evaluations see it as it was.
    if (strength !== undefined) model.setAdapterStrength(before)
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

/** `answer` to many requests side by side, each told when it ends. Those without a prompt are left out. */
export async function answerMany(
  model: LanguageModel,
  tokenizer: ChatTokenizer,
  requests: readonly GenerateRequest[],
  onAnswer: (index: number, result: GenerateResult) => void,
  signal?: AbortSignal,
): Promise<void> {
  const asked = requests.flatMap((request, index) => {
    const ids = promptOrNull(tokenizer, request)
    const fits = ids !== null && ids.length < model.config.maxPositionEmbeddings
    return fits ? [{ index, ids, decoder: tokenizer.streamDecoder({ skipSpecial: true }), made: [] as number[] }] : []
  })
  if (asked.length === 0) return
  const [request] = requests
  const { stopIds } = tokenizer
  const began = performance.now()
  const stream = model.generateMany(
    asked.map(({ ids }) => ids),
    {
      maxNewTokens: request.max_new_tokens,
      temperature: request.temperature,
      topP: request.top_p,
      topK: request.top_k,
      seed: request.seed,
      stopIds,
      useAdapter: request.useAdapter && model.lora !== null,
      signal,
    },
  )
  let tokens = 0
  for await (const { index, id, isLast } of stream) {
    const one = asked[index]
    one.made.push(id)
    one.decoder.push(id)
    tokens++
    if (!isLast) continue
    onAnswer(one.index, {
      token_ids: one.made,
      text: one.decoder.finish(),
      finish: stopIds.includes(id) ? 'stop' : 'length',
      tokensPerSecond: (tokens * 1000) / (performance.now() - began),
    })
  }
}

/** null where the model's template cannot hold the conversation. */
export function promptOrNull(tokenizer: ChatTokenizer, request: Parameters<typeof promptIds>[1]): Int32Array | null {
  try {
    return promptIds(tokenizer, request)
  } catch (error) {
    if (!(error instanceof TuneError)) throw error
    return null
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
