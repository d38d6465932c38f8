import { useFields } from '../../read-store'
import { isRunning } from '../../../state/train-room'
import { useStudio, useWords } from '../../studio-context'
import styles from './runs.module.css'

/** The run that is going on, above those that were. */
export function LiveRun() {
  const studio = useStudio()
  const { t, measure } = useWords()
  const { phase, step, steps } = useFields(studio.train.store, 'phase', 'step', 'steps')
  if (!isRunning(phase)) return null
  const loss = studio.train.points().at(-1)?.loss
  return (
    <p className={styles.liveRun}>
      <strong>{t('runs.live')}</strong> {t(`phase.${phase}`)} ·{' '}
      {t('train.stepOf', { step: String(step), steps: String(steps) })}
      {loss !== undefined && ` · ${measure(loss)}`} <a href="#/train">{t('runs.watch')}</a>
    </p>
  )
}
