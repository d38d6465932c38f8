import { fnv64OfText } from '../../contracts/hash'
import type { ProgressListener } from '../../contracts/progress'
import { TuneError, type SerializedError } from '../../errors'
import type { Claim, ClaimVerdict } from '../kinds/truth'
import type { Answer, AnswerStore, Candidate } from '../run/asked'
import type { ScoredSuite } from '../run/runner'
import { judgeClaims } from './claims'
import type { AskJudge, JudgeCost } from './endpoint'
import { judgePair, judgeResult, type JudgeResult, type PairVerdict } from './pairwise'
import { rateAnswer, ratingResult, type Rating, type RatingResult } from './single'

/** Two answers side by side, both orders; or each alone, by the rubric. */
export const JUDGE_MODES = ['pairwise', 'single'] as const
export type JudgeMode = (typeof JUDGE_MODES)[number]

/** Whoever judges. */
export interface Judge {
  model: string
  /** null: a model in this engine. */
  url: string | null
  /** The model that is judged is its own judge. */
  isWeak: boolean
  ask: AskJudge
  cost: JudgeCost
}

/** What a judge made of the candidates. */
export interface Judged {
  model: string
  url: string | null
  isWeak: boolean
  rubric: string
  cost: JudgeCost
  /** Pairwise, each beside the base; empty where that was not asked for. */
  results: Record<string, JudgeResult>
  /** Each alone, the base too; empty where that was not asked for. */
  ratings: Record<string, RatingResult>
  /** Why it ended before everything was judged; null where it did not. */
  error: SerializedError | null
}

export interface JudgeRun {
  /** Claims in it get their verdicts and figures. */
  scored: readonly ScoredSuite[]
  candidates: readonly Candidate[]
  judge: Judge
  modes: readonly JudgeMode[]
  rubric: string
  store: AnswerStore
  on?: ProgressListener
  signal?: AbortSignal
}

/**
 * Claims beside their passages, pairs of answers of base and candidate in both orders, answers alone. Verdicts are kept
 * as they come, and not asked twice; where the judge ends, what it judged before stands.
 */
export async function runJudge(run: JudgeRun): Promise<Judged> {
  const { judge, rubric, candidates, modes, signal } = run
  const { model, url, isWeak, cost, ask } = judge
  const judged: Judged = { model, url, isWeak, rubric, cost, results: {}, ratings: {}, error: null }
  const [base, ...others] = candidates.map(({ id }) => id)
  try {
    await judgeAllClaims(run)
    if (modes.includes('pairwise'))
      for (const id of others) {
        const verdicts: PairVerdict[] = []
        await each(run, pairsOf(run.scored, base, id), async (pair) => {
          verdicts.push(await kept(run, [rubric, pair], () => judgePair(ask, pair, rubric, signal)))
          judged.results[id] = judgeResult(verdicts)
        })
        judged.results[id] ??= judgeResult(verdicts)
      }
    const ofBase: Rating[] = []
    if (modes.includes('single'))
      for (const id of [base, ...others]) {
        const ratings = id === base ? ofBase : []
        await each(run, answersOf(run.scored, id), async (one) => {
          // A place that has no answer keeps its place, so that the marks of two candidates stay in pairs.
          ratings.push(one && (await kept(run, ['single', rubric, one], () => rateAnswer(ask, one, rubric, signal))))
          judged.ratings[id] = ratingResult(ratings, id === base ? null : ofBase)
        })
      }
  } catch (thrown) {
    if (!(thrown instanceof TuneError)) throw thrown
    judged.error = thrown.toJSON()
  }
  return judged
}

async function each<T>({ judge, on }: JudgeRun, all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  for (const [i, one] of all.entries()) {
    await act(one)
    on?.({ phase: 'evaluate', item: judge.model, done: i + 1, total: all.length, unit: 'rows' })
  }
}

/** A verdict from the store, or made and kept there, as an answer's text. */
async function kept<T>({ judge, store, candidates }: JudgeRun, about: unknown[], make: () => Promise<T>): Promise<T> {
  // A base that judges is known by its weights alone; its name is the same for all.
  const base = judge.url === null ? candidates[0].print : null
  const key = `judge/${fnv64OfText(JSON.stringify([judge.model, judge.url, base, ...about]))}`
  const known = store.get(key) as Answer | undefined
  if (known) return JSON.parse(known.text) as T
  const made = await make()
  await store.put(key, { text: JSON.stringify(made), tokens: 0, finish: 'stop' })
  return made
}

/** The claims of every answer that was held against documents. A claim without a verdict counts nowhere. */
async function judgeAllClaims(run: JudgeRun): Promise<void> {
  const answers = run.scored
    .filter(({ suite }) => suite.score === 'truth')
    .flatMap(({ items }) => items.flatMap(({ results }) => Object.values(results).filter((one) => one !== null)))
  await each(run, answers, async ({ parts, detail }) => {
    const claims = (detail?.claims ?? []) as Claim[]
    if (claims.length === 0) return
    const about = claims.map(({ text, passages }) => [text, passages])
    const { ask } = run.judge
    const verdicts = await kept<ClaimVerdict[]>(run, ['claims', about], () => judgeClaims(ask, claims, run.signal))
    for (const [i, claim] of claims.entries()) claim.verdict = verdicts[i]
    const told = verdicts.filter((one) => one !== 'unclear')
    if (told.length === 0) return
    const count = (wanted: ClaimVerdict) => [told.filter((one) => one === wanted).length, told.length]
    parts.claims_supported = count('supported')
    parts.claims_contradicted = count('contradicted')
  })
}

/** Whether a fact was found needs no judge, and its text is long; claims are judged by themselves. */
const judgedSuites = (scored: readonly ScoredSuite[]) =>
  scored.filter(({ suite }) => suite.score !== 'recall' && suite.score !== 'truth')

const referenceOf = ({ references }: Record<string, unknown>) =>
  Array.isArray(references) ? String(references[0]) : null
const questionOf = (messages: ScoredSuite['items'][number]['messages']) =>
  messages.filter(({ role }) => role === 'user').at(-1)?.content ?? ''

/** Answers that differ; where they are the same there is nothing to prefer. */
function pairsOf(scored: readonly ScoredSuite[], base: string, candidate: string) {
  return judgedSuites(scored).flatMap(({ suite, items }) =>
    items.flatMap(({ messages, results }, i) => {
      const [first, second] = [results[base]?.answer, results[candidate]?.answer]
      if (!first || !second || first.text === second.text) return []
      const reference = referenceOf(suite.items[i].fields)
      return [{ question: questionOf(messages), reference, base: first.text, tuned: second.text }]
    }),
  )
}

/** A candidate's answers, null where it has none, in the same order for each. */
function answersOf(scored: readonly ScoredSuite[], candidate: string) {
  const asked = judgedSuites(scored).filter(({ suite }) => suite.score !== 'text')
  return asked.flatMap(({ suite, items }) =>
    items.map(({ messages, results }, i) => {
      const answer = results[candidate]?.answer
      return answer
        ? { question: questionOf(messages), reference: referenceOf(suite.items[i].fields), answer: answer.text }
        : null
    }),
  )
}
