import type { EvalRow } from '../../../contracts/evaluation'
import type { CurvePoint } from '../../../state/curve'
import { lowest, verdictOf } from '../../../state/held-out'
import { useWords } from '../../studio-context'

/** What the held-out rows say of a run, in words. */
export function HeldOutWords({ rows, points }: { rows: readonly EvalRow[]; points: readonly CurvePoint[] }) {
  const { t, measure } = useWords()
  const best = lowest(rows)
  if (!best) return null
  const verdict = verdictOf(rows, points)
  return (
    <section className="held-out" aria-label={t('heldOut.title')}>
      <h2>{t('heldOut.title')}</h2>
      <p>{t('heldOut.best', { loss: measure(best.eval_loss), step: String(best.step) })}</p>
      {verdict?.kind === 'falling' && <p>{t('heldOut.falling')}</p>}
      {verdict?.kind === 'by-heart' && <p className="warning">{t('heldOut.byHeart', { step: verdict.since })}</p>}
      {verdict?.kind === 'level' && <p>{t('heldOut.level', { step: verdict.since })}</p>}
    </section>
  )
}
