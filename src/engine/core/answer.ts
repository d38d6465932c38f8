import { type ChatTokenizer, TemplateRefusal } from '../../data/index'
import { fail, TuneError } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import type { Message } from '../../contracts/data'
import type { GenerateRequest, GenerateResult, Unanswered } from '../../contracts/answers'

/**
 * The model's answer to a conversation, streamed as whole characters. Throws 'engine-prompt-too-long',
 * 'engine-prompt-empty', 'engine-template-refused', 'data-template-broken', or 'data-template-missing' for more than
 * one message without a template.
 */
export async function answer(
  model: LanguageModel,
  tokenizer: ChatTokenizer,
  request: GenerateRequest,
  onText: (text: string, tokens: number) => void,
  signal?: AbortSignal,
): Promise<GenerateResult> {
  const prompt = fittingIds(model, tokenizer, request)
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
    cache: request.kv_dtype,
    signal,
  })
  for await (const id of atStrength(model, request.strength, stream)) {
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
 * What a stream of tokens gives while the adapter acts at this strength. The next answer, scores and a run's own
 * evaluations see it as it was, also where the stream breaks off.
 */
async function* atStrength<T>(
  model: LanguageModel,
  strength: number | undefined,
  stream: AsyncIterable<T>,
): AsyncGenerator<T> {
  if (strength === undefined) return yield* stream
  const before = model.adapterStrength
  model.setAdapterStrength(strength)
  try {
    yield* stream
  } finally {
    model.setAdapterStrength(before)
  }
}

/**
 * `answer` to many requests side by side, each told when it ends. Those that `answer` would refuse are left out and
 * returned in their order, with what it would have thrown.
 */
export async function answerMany(
  model: LanguageModel,
  tokenizer: ChatTokenizer,
  requests: readonly GenerateRequest[],
  onAnswer: (index: number, result: GenerateResult) => void,
  signal?: AbortSignal,
): Promise<Unanswered[]> {
  const left: Unanswered[] = []
  const asked = requests.flatMap((request, index) => {
    try {
      const ids = fittingIds(model, tokenizer, request)
      return [{ index, ids, decoder: tokenizer.streamDecoder({ skipSpecial: true }), made: [] as number[] }]
    } catch (error) {
      if (!(error instanceof TuneError)) throw error
      left.push({ index, error: error.toJSON() })
      return []
    }
  })
  if (asked.length === 0) return left
  const [request] = requests
  const { stopIds } = tokenizer
  const began = performance.now()
  const stream = model.generateMany(
    asked.map(({ ids }) => ids),
    {
      maxNewTokens: request.max_new_tokens,
      limits: asked.map(({ index }) => requests[index].max_new_tokens),
      temperature: request.temperature,
      topP: request.top_p,
      topK: request.top_k,
      seed: request.seed,
      stopIds,
      useAdapter: request.useAdapter && model.lora !== null,
      cache: request.kv_dtype,
      signal,
    },
  )
  let tokens = 0
  for await (const { index, id, isLast } of atStrength(model, request.strength, stream)) {
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
  return left
}

/** The prompt's ids, with room for an answer. Throws what `answer` throws. */
function fittingIds(model: LanguageModel, tokenizer: ChatTokenizer, request: GenerateRequest): Int32Array {
  const ids = promptIds(tokenizer, request)
  const limit = model.config.maxPositionEmbeddings
  if (ids.length >= limit) throw fail('engine-prompt-too-long', { tokens: ids.length, limit })
  return ids
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
 * taught it. Throws what `answer` names, but for the length.
 */
export function promptIds(
  tokenizer: ChatTokenizer,
  { messages, tools }: Pick<GenerateRequest, 'messages' | 'tools'>,
): Int32Array {
  if (tokenizer.template || messages.length > 1) return rendered(tokenizer, messages, tools)
  const ids = tokenizer.encode(messages[0]?.content ?? '', { addSpecialTokens: true })
  if (ids.length === 0) throw fail('engine-prompt-empty', {})
  return ids
}

function rendered(tokenizer: ChatTokenizer, messages: readonly Message[], tools?: unknown[] | null): Int32Array {
  try {
    return tokenizer.renderPrompt(messages, tools).ids
  } catch (error) {
    if (error instanceof TuneError) throw error
    const detail = (error as Error).message
    throw fail(error instanceof TemplateRefusal ? 'engine-template-refused' : 'data-template-broken', { detail }, error)
  }
}
