import { useStore } from 'zustand'
import { isRunning } from '../../../state/train-room'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { RoomFrame } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { PhaseLine } from './phase-line'
import { RunView } from './run-view'
import { SetupView } from './setup-view'
import './train.css'

export function TrainRoom() {
  const studio = useStudio()
  const { t } = useWords()
  const { view, phase, error, runId } = useStore(studio.train.store)
  const running = isRunning(phase)
  return (
    <RoomFrame title={t('room.train')} className="train-room" actions={<TrainButtons />}>
      <PhaseLine />
      <ErrorNote error={error}>
        <Button onClick={studio.train.dismissError}>{t('dismiss')}</Button>
      </ErrorNote>
      {!running && runId && (
        <div className="row view-switch">
          {view === 'run' ? (
            <Button kind="quiet" onClick={() => studio.train.show('setup')}>
              {t('train.newRun')}
            </Button>
          ) : (
            <Button kind="quiet" onClick={() => studio.train.show('run')}>
              {t('train.lastRun')}
            </Button>
          )}
        </div>
      )}
      {view === 'run' ? <RunView /> : <SetupView />}
    </RoomFrame>
  )
}

/** What can be pressed depends on the phase; stopping keeps what was learnt. */
function TrainButtons() {
  const studio = useStudio()
  const phase = useStore(studio.train.store, (state) => state.phase)
  if (!isRunning(phase)) return <ActionButton id="train.start" kind="primary" />
  return (
    <>
      {phase === 'paused' ? <ActionButton id="train.resume" kind="primary" /> : <ActionButton id="train.pause" />}
      <ActionButton id="train.stop" />
    </>
  )
}
