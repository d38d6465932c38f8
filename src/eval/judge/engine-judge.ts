import type { GenerateRequest, GenerateResult } from '../../contracts/answers'
import type { Message } from '../../contracts/data'
import { TuneError } from '../../errors'
import type { AskJudge, JudgeCost } from './endpoint'

/** What a judge asks of an engine; src/engine/api has it, in the page and in Node. */
interface AskedEngine {
  generate(
    request: GenerateRequest,
    onText: (text: string, tokens: number) => void,
    signal?: AbortSignal,
  ): Promise<Pick<GenerateResult, 'token_ids' | 'text' | 'finish'>>
  promptTokens(prompts: { messages: Message[] }[]): Promise<number[]>
}

const ANSWER_TOKENS = 300

/**
 * The model of an engine, without its adapter, as a judge: another model, or the base itself, whose own preference is
 * weak. A question that is longer than its context gets no answer, which is then marked as unclear.
 */
export function engineJudge(engine: AskedEngine, cost: JudgeCost): AskJudge {
  return async (system, user, signal) => {
    // One message, since not every template knows a system's.
    const messages: Message[] = [{ role: 'user', content: `${system}\n\n${user}` }]
    const greedy = { temperature: 0, top_p: 1, top_k: 0, seed: 0 }
    cost.calls++
    try {
      const [promptTokens] = await engine.promptTokens([{ messages }])
      const request = { messages, ...greedy, max_new_tokens: ANSWER_TOKENS, useAdapter: false }
      const { text, token_ids, finish } = await engine.generate(request, () => {}, signal)
      if (finish === 'cancelled') throw signal?.reason ?? new DOMException('cancelled', 'AbortError')
      cost.promptTokens += promptTokens
      cost.completionTokens += token_ids.length
      return text
    } catch (error) {
      const isLong = error instanceof TuneError && ['engine-prompt-too-long', 'model-too-long'].includes(error.code)
      if (isLong) return ''
      throw error
    }
  }
}
