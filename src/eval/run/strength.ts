import type { ProgressListener } from '../../contracts/progress'
import type { Suite } from '../suites/suite'
import type { Candidate, Examinee } from './asked'
import type { StrengthCurve } from './scores'

/** As shares of what the adapter was trained to. */
const STRENGTHS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5]

/** The losses of a candidate's suites over its adapter's strength, on the weights that are there. */
export async function strengthCurve(
  candidate: Candidate,
  suites: readonly Suite[],
  examinee: Examinee,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<StrengthCurve> {
  const measured = suites.filter(({ score }) => score === 'text')
  const points: StrengthCurve['points'] = []
  try {
    for (const [i, strength] of STRENGTHS.entries()) {
      on?.({ phase: 'evaluate', item: candidate.name, done: i, total: STRENGTHS.length, unit: 'rows' })
      await examinee.use({ ...candidate, strength })
      const figures: Record<string, number> = {}
      for (const suite of measured) {
        const losses = await examinee.losses(suite, () => {}, signal)
        const tokens = losses.reduce((sum, one) => sum + one.tokens, 0)
        if (tokens > 0) figures[suite.name] = losses.reduce((sum, one) => sum + one.loss * one.tokens, 0) / tokens
      }
      points.push({ strength, figures })
    }
  } finally {
    await examinee.use(candidate)
  }
  return { candidate: candidate.id, points }
}
