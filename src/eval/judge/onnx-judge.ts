import type { AskJudge, JudgeCost } from './endpoint'

/** What a judge asks of an ONNX chat model; src/companion has it, in the page and in Node. */
interface AskedChat {
  ask(text: string, maxNewTokens: number): Promise<{ text: string; promptTokens: number; completionTokens: number }>
}

/** Tokens that a judge may say; its verdict is one line. */
const ANSWER_TOKENS = 160

/** An ONNX chat model as a judge. */
export function onnxJudge(chat: AskedChat, cost: JudgeCost): AskJudge {
  return async (system, user) => {
    cost.calls++
    // One message, since not every template knows a system's.
    const answer = await chat.ask(`${system}\n\n${user}`, ANSWER_TOKENS)
    cost.promptTokens += answer.promptTokens
    cost.completionTokens += answer.completionTokens
    return answer.text
  }
}
