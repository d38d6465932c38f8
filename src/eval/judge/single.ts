import { bootstrap, meanOf, pairedDifference } from '../statistics/bootstrap'
import type { Difference, Estimate } from '../types'
import type { AskJudge } from './endpoint'

/** What is asked about one answer alone. */
export interface RatedAnswer {
  question: string
  reference: string | null
  answer: string
}

/** null: the judge named no mark, asked twice. */
export type Rating = number | null

const LEAST = 1
const MOST = 10
const REMINDER = `Answer with one line of JSON and nothing else: {"rating": N}, N a whole number from ${LEAST} to ${MOST}.`

/** The judge's mark for one answer, from 1 to 10. */
export async function rateAnswer(
  ask: AskJudge,
  { question, reference, answer }: RatedAnswer,
  rubric: string,
  signal?: AbortSignal,
): Promise<Rating> {
  const system = `You rate an answer to a question from ${LEAST} (useless) to ${MOST} (perfect). ${rubric}\n${REMINDER}`
  const wanted = reference === null ? '' : `\n\n<reference>\n${reference}\n</reference>`
  const user = `<question>\n${question}\n</question>${wanted}\n\n<answer>\n${answer}\n</answer>`
  const said = readRating(await ask(system, user, signal))
  // Nonsense is asked once more, with the form alone at the end.
  return said ?? readRating(await ask(system, `${user}\n\n${REMINDER}`, signal))
}

/** The mark that a judge names last, as JSON somewhere in its words or as [[7]]. */
export function readRating(text: string): Rating {
  const found = [...text.matchAll(/"rating"\s*:\s*"?(\d+(?:\.\d+)?)"?|\[\[(\d+(?:\.\d+)?)\]\]/gi)].at(-1)
  const mark = Number(found?.[1] ?? found?.[2])
  return mark >= LEAST && mark <= MOST ? mark : null
}

/** What a judge's marks come to. */
export interface RatingResult {
  /** Mean mark; null where there is none. */
  mean: Estimate | null
  /** Beside the base's marks for the same questions; null for the base itself. */
  difference: Difference | null
  /** Answers without a mark. */
  unclear: number
}

export function ratingResult(ratings: readonly Rating[], base: readonly Rating[] | null): RatingResult {
  const given = ratings.filter((one) => one !== null)
  const pairs = ratings.flatMap((one, i) => (one !== null && base?.[i] != null ? [[one, base[i]] as const] : []))
  const side = (at: 0 | 1) => meanOf(pairs.map((pair) => pair[at]))
  return {
    mean: bootstrap(meanOf(given)),
    difference: pairedDifference(side(0), side(1)),
    unclear: ratings.length - given.length,
  }
}
