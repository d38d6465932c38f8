import { useStore } from '../../read-store'
import { canResume } from '../../../state/run-record'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'

/** The newest run that a closed tab left behind, where one would look for it. */
export function InterruptedRun() {
  const studio = useStudio()
  const { t } = useWords()
  const list = useStore(studio.runs.store, (state) => state.list)
  const left = list?.find((record) => record.reason === 'interrupted' && canResume(record))
  if (!left) return null
  const { name, steps, plannedSteps = steps } = left
  return (
    <p className="row">
      <span>
        {steps === 0
          ? t('runs.wasInterruptedEarly', { name })
          : `${t('runs.wasInterrupted', { name, step: steps, steps: plannedSteps })} ${t('runs.stepsAgain')}`}
      </span>
      <Button onClick={() => void studio.resumeRun(left)}>{t('train.resume')}</Button>
      <a href="#/runs">{t('room.runs')}</a>
    </p>
  )
}
