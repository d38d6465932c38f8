import { paceOfRuns, secondsOf } from '../../../state/run-pace'
import { Button } from '../../kit/button'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'

/** How long the planned run takes on this device, by a rate that was measured here; else the button that measures. */
export function RunTime() {
  const studio = useStudio()
  const { t, num, duration } = useWords()
  const { plan, run } = useFields(studio.train.store, 'plan', 'run')
  const running = useStore(studio.train.store, () => studio.running())
  const card = useStore(studio.model.store, (state) => state.card)
  const { isMeasuring, rates } = useFields(studio.pace.store, 'isMeasuring', 'rates')
  const runs = useStore(studio.runs.store, (state) => state.list)
  if (!plan || !card) return null
  const measured = rates[card.id]
  // Where it was measured in this visit, the kernels are compiled.
  const pace = measured ? { rate: measured } : paceOfRuns(runs ?? [], card.id)
  if (pace) {
    const rate = num(pace.rate, { maximumFractionDigits: 0 })
    const words = { time: duration(secondsOf(plan, run, pace)), rate }
    return <p className="muted">{t(measured ? 'pace.measured' : 'pace.ofRuns', words)}</p>
  }
  if (isMeasuring) return <p className="muted">{t('pace.measuring')}</p>
  return (
    <p className="row muted">
      {t('plan.timeLater')}
      <Button kind="quiet" disabled={running} onClick={() => void studio.pace.measure(card.id, run)}>
        {t('pace.measure')}
      </Button>
    </p>
  )
}
