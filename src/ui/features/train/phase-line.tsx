import { useStore } from 'zustand'
import { firstWrong } from '../../../state/settings'
import { isRunning } from '../../../state/train-room'
import { ProgressBar } from '../../kit/progress-bar'
import { useStudio, useWords } from '../../studio-context'

/** One line that says where the run stands. */
export function PhaseLine() {
  const studio = useStudio()
  const { t, num, bytes, duration } = useWords()
  const { phase, wish, step, steps, live, compiled, wrong, view } = useStore(studio.train.store)
  const ready = useStore(studio.data.store, () => studio.isReady())
  const running = isRunning(phase)
  const field = firstWrong(wrong)
  const facts =
    field && !running && view === 'setup'
      ? [t('phase.wrongField', { field })]
      : phase === 'idle'
      ? [ready ? t('phase.idle') : t('phase.notReady')]
      : [
          t(`phase.${phase}`),
          wish && t(wish === 'pause' ? 'train.pausing' : 'train.stopping'),
          phase === 'compiling' && compiled && t('ofTotal', { done: String(compiled.done), total: String(compiled.total) }),
          steps > 0 && t('train.stepOf', { step: String(step), steps: String(steps) }),
          live && t('train.tokensPerSecond', { n: num(Math.round(live.tokensPerSecond)) }),
          live && running && step < steps && t('timeLeft', { time: duration(live.etaSeconds) }),
          live && running && t('train.gpuBytes', { bytes: bytes(live.gpuBytes) }),
        ]
  return (
    <div className="phase-line" data-phase={phase}>
      <p role="status" className="num">
        {facts.filter(Boolean).join(' · ')}
      </p>
      {running && <ProgressBar label={t('train.progress')} done={step} total={phase === 'preparing' ? 0 : steps} />}
    </div>
  )
}
