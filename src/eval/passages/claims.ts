import { punktModel } from '../language/resources'
import { termsOf } from './terms'

/** Fewer terms than this say nothing that could be looked up ("Of course!"). */
const LEAST_TERMS = 3

/** The statements of an answer: its sentences without questions and without those that say next to nothing. */
export async function claimCutter(): Promise<(answer: string) => string[]> {
  const [model, { splitSentences }] = await Promise.all([punktModel(), import('../language/punkt')])
  return (answer) =>
    answer
      .split(/\n+|(?<=[。！？])/u)
      .flatMap((line) => (line.trim() === '' ? [] : splitSentences(line, model)))
      .map((line) => line.replace(/^\s*(?:[-*•]|\d+[.)、])\s*/u, '').trim())
      .filter((line) => !/[?？]["”’)]?$/u.test(line) && termsOf(line).length >= LEAST_TERMS)
}
