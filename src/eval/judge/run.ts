import { fnv64OfText } from '../../contracts/hash'
import type { ProgressListener } from '../../contracts/progress'
import { TuneError, type SerializedError } from '../../errors'
import type { Answer, AnswerStore, Candidate, ScoredSuite } from '../run/runner'
import type { AskJudge, JudgeAddress, JudgeCost } from './endpoint'
import { judgePair, judgeResult, type JudgedPair, type JudgeResult, type PairVerdict } from './pairwise'

/** What a judge made of each candidate beside the base. */
export interface Judged {
  model: string
  url: string
  rubric: string
  cost: JudgeCost
  results: Record<string, JudgeResult>
  /** Why it ended before all pairs were judged; null where it did not. */
  error: SerializedError | null
}

export interface JudgeRun {
  scored: readonly ScoredSuite[]
  candidates: readonly Candidate[]
  address: JudgeAddress
  ask: AskJudge
  cost: JudgeCost
  rubric: string
  store: AnswerStore
  on?: ProgressListener
  signal?: AbortSignal
}

/** Every pair of answers of base and candidate, both orders. Verdicts are kept as they come, and not asked twice. */
export async function runJudge({
  scored,
  candidates,
  address,
  ask,
  cost,
  rubric,
  store,
  ...run
}: JudgeRun): Promise<Judged> {
  const [base, ...others] = candidates
  const results: Judged['results'] = {}
  let error: SerializedError | null = null
  for (const { id } of others) {
    const pairs = pairsOf(scored, base.id, id)
    const verdicts: PairVerdict[] = []
    for (const [i, pair] of pairs.entries()) {
      const key = `judge/${fnv64OfText(JSON.stringify([address.model, address.url, rubric, pair]))}`
      const kept = store.get(key) as Answer | undefined
      try {
        const verdict = (kept?.text as PairVerdict | undefined) ?? (await judgePair(ask, pair, rubric, run.signal))
        if (!kept) await store.put(key, { text: verdict, tokens: 0, finish: 'stop' })
        verdicts.push(verdict)
      } catch (thrown) {
        if (!(thrown instanceof TuneError)) throw thrown
        error = thrown.toJSON()
        break
      }
      run.on?.({ phase: 'evaluate', item: address.model, done: i + 1, total: pairs.length, unit: 'rows' })
    }
    results[id] = judgeResult(verdicts)
    if (error) break
  }
  return { model: address.model, url: address.url, rubric, cost, results, error }
}

/** Answers that differ; where they are the same there is nothing to prefer. */
function pairsOf(scored: readonly ScoredSuite[], base: string, candidate: string): JudgedPair[] {
  // Whether a fact was found needs no judge, and its text is long.
  const judged = scored.filter(({ suite }) => suite.score !== 'recall')
  return judged.flatMap(({ suite, items }) =>
    items.flatMap(({ messages, results }, i) => {
      const [first, second] = [results[base]?.answer, results[candidate]?.answer]
      if (!first || !second || first.text === second.text) return []
      const question = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? ''
      const { references } = suite.items[i].fields
      const reference = Array.isArray(references) ? String(references[0]) : null
      return [{ question, reference, base: first.text, tuned: second.text }]
    }),
  )
}
