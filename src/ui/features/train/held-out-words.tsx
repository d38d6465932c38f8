import type { EvalRow } from '../../../contracts/evaluation'
import type { CurvePoint } from '../../../state/curve'
import { lowest, verdictOf } from '../../../state/held-out'
import { useWords } from '../../studio-context'
import note from '../../kit/note.module.css'

/** What the held-out rows say of a run, in words. */
export function HeldOutWords({ rows, points }: { rows: readonly EvalRow[]; points: readonly CurvePoint[] }) {
  const { t, measure } = useWords()
  const best = lowest(rows)
  if (!best) return null
  const verdict = verdictOf(rows, points)
  return (
    <section aria-label={t('heldOut.title')}>
      <h2>{t('heldOut.title')}</h2>
      <p>{t('heldOut.best', { loss: measure(best.eval_loss), step: String(best.step) })}</p>
      {verdict?.kind === 'falling' && <p>{t('heldOut.falling')}</p>}
      {verdict?.kind === 'by-heart' && <p className={note.warning}>{t('heldOut.byHeart', { step: verdict.since })}</p>}
      {verdict?.kind === 'level' && <p>{t('heldOut.level', { step: verdict.since })}</p>}
    </section>
  )
}
