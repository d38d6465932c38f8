import { SCORE_KINDS } from '../kinds'
import type { Scores } from '../run/scores'
import { sayer, written, type ReportWords } from './words'

/** Columns of its table. */
const HEAD = ['asked', 'figure', 'base', 'adapter', 'difference']

/**
 * What a README says of a candidate: its verdict, and every figure beside the base's with interval and n.
 * @param language of the words; suites have titles of their own in each
 */
export function readmeScores(
  { suites, verdicts, candidates }: Scores,
  candidate: string,
  words: ReportWords,
  language = 'en',
): { verdict: string; table: string[][] } | undefined {
  const found = verdicts.find((one) => one.candidate === candidate)
  if (!found) return undefined
  const say = sayer(words)
  const [base] = candidates
  const lines = suites.flatMap(({ score, title, figures, differences }) =>
    Object.entries(SCORE_KINDS[score].figures).flatMap(([name, { unit }]) => {
      const [before, after] = [figures[base.id]?.[name], figures[candidate]?.[name]]
      if (!before || !after) return []
      const cell = ({ value, interval: [low, high], n }: typeof after) =>
        `${written(unit, value)} [${written(unit, low)}, ${written(unit, high)}], n ${n}`
      const verdict = differences[candidate]?.[name]?.verdict ?? 'none'
      return [
        [
          language === 'zh-CN' ? title['zh-CN'] : title.en,
          say(`score.figure.${name}`),
          cell(before),
          cell(after),
          say(`score.readme.${verdict}`),
        ],
      ]
    }),
  )
  return {
    verdict: say(`score.verdict.${found.verdict}`),
    table: [HEAD.map((name) => say(`score.readme.${name}`)), ...lines],
  }
}
