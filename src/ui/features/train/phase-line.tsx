import { useFields } from '../../read-store'
import { dataName } from '../../../state/names'
import { firstWrong } from '../../../state/settings'
import { isRunning } from '../../../state/train-room'
import { ProgressBar } from '../../kit/progress-bar'
import { useStudio, useWords } from '../../studio-context'
import styles from './train.module.css'

/** One line that says where the run stands. */
export function PhaseLine() {
  const studio = useStudio()
  const { t, num, bytes, duration, language } = useWords()
  const { phase, wish, step, steps, live, compiled, wrong, view } = useFields(
    studio.train.store,
    'phase',
    'wish',
    'step',
    'steps',
    'live',
    'compiled',
    'wrong',
    'view',
  )
  const { status: modelStatus, loadingName } = useFields(studio.model.store, 'status', 'loadingName')
  const data = useFields(studio.data.store, 'status', 'sample', 'fileName', 'summary')
  const running = isRunning(phase)
  const field = firstWrong(wrong)
  const ready = studio.isReady()
  const before = () => {
    if (modelStatus === 'loading') return t('phase.loadingName', { name: loadingName || t('model.builtin.name') })
    if (data.status === 'loading') return t('phase.readingName', { name: dataName(data, language) })
    if (data.status === 'ready' && data.summary?.question) return t('phase.question')
    return ready ? t('phase.idle') : t('phase.notReady')
  }
  const facts =
    field && !running && view === 'setup'
      ? [t('phase.wrongField', { field })]
      : phase === 'idle'
        ? [before()]
        : [
            t(`phase.${phase}`),
            wish && t(wish === 'pause' ? 'train.pausing' : 'train.stopping'),
            phase === 'compiling' &&
              compiled &&
              t('ofTotal', { done: String(compiled.done), total: String(compiled.total) }),
            steps > 0 && t('train.stepOf', { step: String(step), steps: String(steps) }),
            live && t('train.tokensPerSecond', { n: num(Math.round(live.tokensPerSecond)) }),
            live && running && step < steps && t('timeLeft', { time: duration(live.etaSeconds) }),
            live && running && t('train.gpuBytes', { bytes: bytes(live.gpuBytes) }),
          ]
  return (
    <div className={styles.phaseLine} data-phase={phase}>
      <p role="status" className="num">
        {facts.filter(Boolean).join(' · ')}
      </p>
      {running && <ProgressBar label={t('train.progress')} done={step} total={phase === 'preparing' ? 0 : steps} />}
    </div>
  )
}
