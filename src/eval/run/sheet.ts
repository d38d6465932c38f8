import { SCORE_KINDS } from '../kinds'
import type { Figure } from '../kinds/kind'
import { bootstrap, pairedDifference, type Parts } from '../statistics/bootstrap'
import { shareOf } from '../statistics/wilson'
import type { Difference, Estimate } from '../types'
import type { ScoreName } from '../suites/suite'
import type { Candidate } from './asked'
import type { ScoredItem, ScoredSuite } from './runner'

/** The figures of one suite for every candidate, and how each stands to the first, the base. */
export interface SuiteScores {
  name: string
  score: ScoreName
  title: { en: string; 'zh-CN': string }
  /** Items of the suite. */
  n: number
  /** By candidate id, then by figure; absent where nothing was counted. */
  figures: Record<string, Record<string, Estimate>>
  differences: Record<string, Record<string, Difference>>
  errors: ScoredSuite['errors']
}

/** Figures with intervals of every suite. The first candidate is what the others are compared with. */
export function scoreSheet(scored: readonly ScoredSuite[], candidates: readonly Candidate[]): SuiteScores[] {
  return scored.map(({ suite, items, errors }) => {
    const kind = SCORE_KINDS[suite.score]
    const figures: SuiteScores['figures'] = {}
    const differences: SuiteScores['differences'] = {}
    for (const { id } of candidates) {
      figures[id] = {}
      if (id !== candidates[0].id) differences[id] = {}
      for (const [name, figure] of Object.entries(kind.figures)) {
        const found = estimate(figure, partsOf(items, id, name))
        if (found) figures[id][name] = found
        if (id === candidates[0].id) continue
        const difference = differenceOf(figure, items, name, id, candidates[0].id)
        if (difference) differences[id][name] = difference
      }
    }
    const { name, score, title } = suite
    return { name, score, title, n: items.length, figures, differences, errors }
  })
}

const partsOf = (items: readonly ScoredItem[], candidate: string, figure: string) =>
  items.flatMap(({ results }) => {
    const parts = results[candidate]?.parts[figure]
    return parts ? [parts] : []
  })

/** Wilson's interval where each item is one yes or no, the bootstrap's elsewhere. */
function estimate(figure: Figure, items: readonly (readonly number[])[]): Estimate | null {
  const isPlain = items.every(
    ([value, count, ...rest]) => rest.length === 0 && count === 1 && (value === 0 || value === 1),
  )
  if (figure.unit === 'share' && isPlain)
    return shareOf(
      items.reduce((sum, [value]) => sum + value, 0),
      items.length,
    )
  const found = finite(bootstrap({ items, figure: figure.of }))
  // Resamples of all right, or of all wrong, know no doubt; an item is one case then.
  if (found && figure.unit === 'share' && (found.value === 0 || found.value === 1))
    return { ...found, interval: shareOf(found.value * items.length, items.length)!.interval }
  return found
}

/** On the items that both have; the same items are drawn for both. */
function differenceOf(
  figure: Figure,
  items: readonly ScoredItem[],
  name: string,
  candidate: string,
  base: string,
): Difference | null {
  const pairs = items.flatMap(({ results }) => {
    const [found, other] = [results[candidate]?.parts[name], results[base]?.parts[name]]
    return found && other ? [[found, other] as const] : []
  })
  const parts = (side: 0 | 1): Parts => ({ items: pairs.map((pair) => pair[side]), figure: figure.of })
  return finite(pairedDifference(parts(0), parts(1)))
}

const finite = <T extends Estimate>(found: T | null): T | null => (found && Number.isFinite(found.value) ? found : null)
