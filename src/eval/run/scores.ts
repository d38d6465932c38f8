import { fail } from '../../errors'
import type { Judged } from '../judge/run'
import type { Candidate } from './asked'
import type { ScoredSuite } from './runner'
import { scoreSheet, type SuiteScores } from './sheet'
import { DEFAULT_THRESHOLDS, verdictOf, type Thresholds, type Verdict } from './verdict'

/** What was scored and with what, as the report and scores.json say it. */
interface ScoreFacts {
  model: string
  model_fingerprint: string
  data: string | null
  data_sha256: string | null
  settings: Record<string, unknown>
  seconds: number
  versions: Record<string, string>
}

/** An answer beside its verdict, for reading. */
export interface Sample {
  suite: string
  item: string
  row: number | null
  question: string
  /** What was wanted, where the item says it. */
  wanted: string | null
  answers: Record<string, { text: string; detail: Record<string, unknown>; parts: Record<string, readonly number[]> }>
}

/** Figures over an adapter's strength, as shares of what it was trained to. */
export interface StrengthCurve {
  candidate: string
  points: { strength: number; figures: Record<string, number> }[]
}

/** scores.json. */
export interface Scores {
  format: 'tunetab-scores/1'
  created: string
  facts: ScoreFacts
  candidates: { id: string; name: string; adapter: string | null; strength: number; fingerprint: string }[]
  thresholds: Thresholds
  verdicts: Verdict[]
  suites: SuiteScores[]
  strength: StrengthCurve[]
  /** null where no judge was asked. */
  judge: Judged | null
  samples: Sample[]
}

export interface ScoresParts {
  scored: readonly ScoredSuite[]
  candidates: readonly Candidate[]
  /** Names of the suites that are made of the person's rows. */
  own: ReadonlySet<string>
  facts: ScoreFacts
  thresholds?: Thresholds
  strength?: StrengthCurve[]
  judge?: Judged | null
}

const FORMAT = 'tunetab-scores/1'

/** A scores.json as it was written. Throws 'eval-scores-format' for anything else. */
export function readScores(file: string, text: string): Scores {
  try {
    const value = JSON.parse(text) as Scores
    if (value.format === FORMAT && Array.isArray(value.candidates) && Array.isArray(value.suites)) return value
  } catch {
    // Said below.
  }
  throw fail('eval-scores-format', { file, wanted: FORMAT })
}

const SAMPLES_OF_SUITE = 6

/**
 * All that a run found out: figures, verdicts, and the answers that decided. `suites` are the figures where they were
 * made before, since only the verdict follows the thresholds.
 */
export function makeScores(
  { scored, candidates, own, facts, thresholds, strength, judge }: ScoresParts,
  suites: SuiteScores[] = scoreSheet(scored, candidates),
): Scores {
  const limits = thresholds ?? DEFAULT_THRESHOLDS
  const verdicts = candidates.slice(1).map((one) => verdictOf(one, suites, scored, own, limits))
  return {
    format: FORMAT,
    created: new Date().toISOString(),
    facts,
    candidates: candidates.map(({ id, name, adapter, strength: s, print }) => ({
      id,
      name,
      adapter,
      strength: s,
      fingerprint: print,
    })),
    thresholds: limits,
    verdicts,
    suites,
    strength: strength ?? [],
    judge: judge ?? null,
    samples: scored.flatMap((one) => samplesOf(one, verdicts)),
  }
}

/** The items that decided a verdict first, then the first of the suite. */
function samplesOf({ suite, items }: ScoredSuite, verdicts: readonly Verdict[]): Sample[] {
  const decided = verdicts.flatMap(({ reasons }) =>
    reasons.filter((r) => r.suite === suite.name).flatMap((r) => r.items),
  )
  const ids = [...new Set([...decided, ...items.map(({ id }) => id)])].slice(0, SAMPLES_OF_SUITE)
  return ids.flatMap((id) => {
    const at = items.findIndex((item) => item.id === id)
    const { row, messages, results } = items[at]
    const answers: Sample['answers'] = {}
    for (const [candidate, result] of Object.entries(results))
      if (result?.answer)
        answers[candidate] = { text: result.answer.text, detail: result.detail ?? {}, parts: result.parts }
    if (Object.keys(answers).length === 0) return []
    const question = shortened(messages.filter(({ role }) => role === 'user').at(-1)?.content ?? '')
    return [
      { suite: suite.name, item: id, row: row ?? null, question, wanted: wantedOf(suite.items[at].fields), answers },
    ]
  })
}

/** A question of many pages by its two ends. */
const shortened = (text: string) => (text.length <= 2000 ? text : `${text.slice(0, 600)} […] ${text.slice(-600)}`)

function wantedOf({ references, answers, facts, calls }: Record<string, unknown>): string | null {
  if (Array.isArray(references)) return references.join(' / ')
  if (Array.isArray(answers)) return answers.join(' / ')
  if (Array.isArray(facts)) return facts.join(' / ')
  return calls === undefined ? null : JSON.stringify(calls)
}
