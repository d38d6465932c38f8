import { useEffect, useRef } from 'react'
import { useFields } from '../../read-store'
import { isRunning } from '../../../state/train-room'
import { ActionButton } from '../../kit/action-button'
import { Button, ButtonLink } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { RoomFrame } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { PhaseLine } from './phase-line'
import { RunView } from './run-view'
import { SetupView } from './setup-view'

export function TrainRoom() {
  const studio = useStudio()
  const { t } = useWords()
  const { view, error } = useFields(studio.train.store, 'view', 'error')
  return (
    <RoomFrame title={t('room.train')} actions={<TrainButtons />}>
      <PhaseLine />
      <ErrorNote error={error}>
        <Button onClick={studio.train.dismissError}>{t('dismiss')}</Button>
      </ErrorNote>
      {view === 'run' ? <RunView /> : <SetupView />}
    </RoomFrame>
  )
}

/**
 * What can be pressed depends on the phase; stopping keeps what was learnt. Keys keep one button from becoming another
 * below the finger: who starts by keyboard and presses Space means to pause, so that is where the focus goes.
 */
function TrainButtons() {
  const studio = useStudio()
  const { t } = useWords()
  const { phase, runId, view, outcome } = useFields(studio.train.store, 'phase', 'runId', 'view', 'outcome')
  const running = isRunning(phase)
  const isDone = outcome !== null && view === 'run'
  const buttons = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (running && document.activeElement === document.body) buttons.current?.querySelector('button')?.focus()
  }, [running])
  if (!running) {
    return (
      <>
        {runId && (
          <Button key="view" kind="quiet" onClick={() => studio.train.show(view === 'run' ? 'setup' : 'run')}>
            {view === 'run' ? t('train.newRun') : t('train.lastRun')}
          </Button>
        )}
        {isDone && (
          <ButtonLink key="ask" kind="primary" href="#/try">
            {t('summary.try')}
          </ButtonLink>
        )}
        <ActionButton key="start" id="train.start" kind={isDone ? 'plain' : 'primary'} />
      </>
    )
  }
  return (
    <span ref={buttons} className="row">
      {phase === 'paused' ? (
        <ActionButton key="pause" id="train.resume" kind="primary" />
      ) : (
        <ActionButton key="pause" id="train.pause" />
      )}
      <ActionButton key="stop" id="train.stop" />
    </span>
  )
}
