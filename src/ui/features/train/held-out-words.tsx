import type { EvalRow } from '../../../contracts/evaluation'
import type { CurvePoint } from '../../../state/curve'
import { lowest, overlapOf, verdictOf } from '../../../state/held-out'
import type { LogLine } from '../../../state/log-line'
import { useWords } from '../../studio-context'
import note from '../../kit/note.module.css'

interface HeldOutWordsProps {
  rows: readonly EvalRow[]
  points: readonly CurvePoint[]
  /** Of the run: it says which of them are trained, too. */
  log: readonly LogLine[]
}

/** What the held-out rows say of a run, in words. */
export function HeldOutWords({ rows, points, log }: HeldOutWordsProps) {
  const { t, measure } = useWords()
  const best = lowest(rows)
  if (!best) return null
  const overlapping = overlapOf(log)
  // Of rows that are trained, a falling loss tells nothing.
  const verdict = overlapping > 0 ? null : verdictOf(rows, points)
  return (
    <section aria-label={t('heldOut.title')}>
      <h2>{t('heldOut.title')}</h2>
      <p>{t('heldOut.best', { loss: measure(best.eval_loss), step: String(best.step) })}</p>
      {overlapping > 0 && <p className={note.warning}>{t('heldOut.trainedToo', { n: overlapping })}</p>}
      {verdict?.kind === 'falling' && <p>{t('heldOut.falling')}</p>}
      {verdict?.kind === 'by-heart' && <p className={note.warning}>{t('heldOut.byHeart', { step: verdict.since })}</p>}
      {verdict?.kind === 'level' && <p>{t('heldOut.level', { step: verdict.since })}</p>}
    </section>
  )
}
