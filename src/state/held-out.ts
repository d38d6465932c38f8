import type { EvalRow, Overlap } from '../contracts/evaluation'
import { fail } from '../errors'
import type { CurvePoint } from './curve'
import type { LogLine } from './log-line'
import type { XAxisKind } from './prefs'

/** Where an evaluation stands on the chosen axis; time in minutes, as of the step it follows. */
export function evaluationX(row: EvalRow, points: readonly CurvePoint[], axis: XAxisKind): number {
  if (axis === 'epoch') return row.epoch
  if (axis === 'tokens') return row.eval_num_tokens
  return axis === 'step' ? row.step : (points[row.step - 1]?.seconds ?? 0) / 60
}

/** The evaluation of the lowest held-out loss. */
export const lowest = (rows: readonly EvalRow[]): EvalRow | undefined =>
  rows.reduce<EvalRow | undefined>((best, row) => (best && best.eval_loss <= row.eval_loss ? best : row), undefined)

/** What a run that begins tells of held-out rows that are trained, too. */
export const overlapLine = (overlap: Overlap[]): LogLine => ({
  time: Date.now(),
  level: 'warning',
  text: fail('eval-overlap', { overlap }).toJSON(),
})

/** How many held-out rows a run's log says to be trained, too; it is the run's own, whatever is planned by now. */
export function overlapOf(log: readonly LogLine[]): number {
  const held = log.flatMap(({ text }) =>
    typeof text !== 'string' && text.code === 'eval-overlap'
      ? (text.params.overlap as Overlap[]).map((one) => one.held)
      : [],
  )
  return new Set(held).size
}

/** What the held-out loss says of a run: it falls, it rises since a step while the training loss falls, or neither. */
export type Verdict = { kind: 'falling' } | { kind: 'by-heart'; since: number } | { kind: 'level'; since: number }

/** A gain or loss below this share of the value is none. */
const NOTABLE = 0.005

/** null before the second evaluation, of which nothing can be said. */
export function verdictOf(rows: readonly EvalRow[], points: readonly CurvePoint[]): Verdict | null {
  const best = lowest(rows)
  const last = rows.at(-1)
  if (!best || !last || rows.length < 2) return null
  if (best === last) return { kind: 'falling' }
  const hasRisen = last.eval_loss > best.eval_loss * (1 + NOTABLE)
  const trainLoss = (until: number) => meanLoss(points, until)
  return hasRisen && trainLoss(last.step) < trainLoss(best.step)
    ? { kind: 'by-heart', since: best.step }
    : { kind: 'level', since: best.step }
}

/** Of the tenth of the run before a step: single steps are noisy. */
function meanLoss(points: readonly CurvePoint[], until: number): number {
  const part = points.slice(Math.max(0, until - Math.max(1, Math.round(points.length / 10))), until)
  return part.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, part.length)
}
