import { LINES_AT_ONCE } from '../../contracts/answers'

/** How fast a candidate answers on this device, its lines full. */
export interface Pace {
  /** Of each token of a prompt. */
  promptSeconds: number
  /** Of one step of all lines, whether they are all taken or not. */
  stepSeconds: number
}

/** What a queue of questions asks of the device. */
export interface Work {
  promptTokens: number
  /** Tokens of each answer, in the order in which they are asked. */
  answers: readonly number[]
}

/**
 * Steps until answers of so many tokens are all there, each line taking the next as it ends one. The first token of an
 * answer comes with its prompt.
 */
export function stepsOf(answers: readonly number[], lines = LINES_AT_ONCE): number {
  const until = Array.from({ length: lines }, () => 0)
  for (const tokens of answers) {
    const first = until.indexOf(Math.min(...until))
    until[first] += Math.max(0, tokens - 1)
  }
  return Math.max(...until)
}

/**
 * The pace by two measurements: prompts alone, and questions with their answers. What the second took beyond its
 * prompts, its steps took; where noise leaves nothing for them, all of it goes by tokens of prompts. Prompts of no
 * tokens (none could be asked) say nothing.
 */
export function paceOf(prompts: { tokens: number; seconds: number }, asked: Work & { seconds: number }): Pace {
  const steps = stepsOf(asked.answers)
  const each = (seconds: number, tokens: number) => (tokens > 0 ? seconds / tokens : Infinity)
  const least = Math.min(each(prompts.seconds, prompts.tokens), each(asked.seconds, asked.promptTokens))
  const promptSeconds = Number.isFinite(least) ? least : 0
  const left = asked.seconds - promptSeconds * asked.promptTokens
  return { promptSeconds, stepSeconds: steps > 0 ? left / steps : 0 }
}

export const secondsOf = ({ promptTokens, answers }: Work, { promptSeconds, stepSeconds }: Pace): number =>
  promptTokens * promptSeconds + stepsOf(answers) * stepSeconds

/**
 * Seconds of a question that fills a context of `length` tokens, by one that took `seconds` for `tried`: a share that
 * grows with the tokens, as short prompts do, and the rest, attention's, with their square.
 */
export function longSeconds(length: number, tried: number, seconds: number, promptSeconds: number): number {
  const plain = Math.min(seconds, tried * promptSeconds)
  return plain * (length / tried) + (seconds - plain) * (length / tried) ** 2
}
