import { shareOf } from '../statistics/wilson'
import type { Estimate } from '../types'
import type { AskJudge } from './endpoint'

/** What the judge is told to look at; a person may write another. */
export const DEFAULT_RUBRIC =
  'Prefer the answer that does what was asked: correct first, then complete, then clear and in the language of the ' +
  'question. Length is no merit. Where a reference is given, agreement with its content counts.'

export interface JudgedPair {
  question: string
  reference: string | null
  base: string
  tuned: string
}

/** 'split': the two orders disagree; 'unclear': the judge named none, asked twice. */
export type PairVerdict = 'tuned' | 'base' | 'tie' | 'split' | 'unclear'

const REMINDER = 'Answer with one line of JSON and nothing else: {"winner": "A"}, {"winner": "B"} or {"winner": "tie"}.'

/** The judge's preference between two answers, asked in both orders, since judges favour a side. */
export async function judgePair(
  ask: AskJudge,
  pair: JudgedPair,
  rubric: string = DEFAULT_RUBRIC,
  signal?: AbortSignal,
): Promise<PairVerdict> {
  const first = await winner(ask, pair, [pair.base, pair.tuned], rubric, signal)
  const second = await winner(ask, pair, [pair.tuned, pair.base], rubric, signal)
  if (first === null || second === null) return 'unclear'
  const forTuned = [first === 'tie' ? 0 : first === 'B' ? 1 : -1, second === 'tie' ? 0 : second === 'A' ? 1 : -1]
  if (forTuned[0] !== forTuned[1]) return 'split'
  return forTuned[0] === 0 ? 'tie' : forTuned[0] > 0 ? 'tuned' : 'base'
}

type Winner = 'A' | 'B' | 'tie'

async function winner(
  ask: AskJudge,
  { question, reference }: JudgedPair,
  [a, b]: [string, string],
  rubric: string,
  signal?: AbortSignal,
): Promise<Winner | null> {
  const system = `You compare two answers to a question. ${rubric}\n${REMINDER}`
  const wanted = reference === null ? '' : `\n\n<reference>\n${reference}\n</reference>`
  const user = `<question>\n${question}\n</question>${wanted}\n\n<A>\n${a}\n</A>\n\n<B>\n${b}\n</B>`
  const said = readWinner(await ask(system, user, signal))
  // Nonsense is asked once more, with the form alone at the end.
  return said ?? readWinner(await ask(system, `${user}\n\n${REMINDER}`, signal))
}

/** The winner that a judge names, as JSON somewhere in its words or as [[A]]. */
export function readWinner(text: string): Winner | null {
  const found = [...text.matchAll(/"winner"\s*:\s*"(A|B|tie)"|\[\[(A|B|C|tie)\]\]/gi)].at(-1)
  const name = (found?.[1] ?? found?.[2])?.toUpperCase()
  if (name === undefined) return null
  return name === 'A' || name === 'B' ? name : 'tie'
}

/** What a judge made of all pairs. */
export interface JudgeResult {
  /** Preferred in both orders, of the pairs that both orders decided. */
  share: Estimate | null
  counts: Record<PairVerdict, number>
  /** Share of the pairs on which the two orders agree. */
  orderAgreement: Estimate | null
}

export function judgeResult(verdicts: readonly PairVerdict[]): JudgeResult {
  const counts = { tuned: 0, base: 0, tie: 0, split: 0, unclear: 0 }
  for (const verdict of verdicts) counts[verdict]++
  const { tuned, base, tie, split } = counts
  return {
    share: shareOf(tuned, tuned + base),
    counts,
    orderAgreement: shareOf(tuned + base + tie, tuned + base + tie + split),
  }
}
