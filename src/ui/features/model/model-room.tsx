import { useFields, useStore } from '../../read-store'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { Part, RoomFrame } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { CachedModels } from './cached-models'
import { GpuWords } from './gpu-words'
import { HubDoor } from './hub-door'
import { LoadProgress } from './load-progress'
import { NothingSent } from './nothing-sent'
import { ModelCardView } from './model-card'
import { RunTime } from '../train/run-time'
import { WhichModel } from './which-model'
import styles from './model.module.css'

export function ModelRoom() {
  const studio = useStudio()
  const { t } = useWords()
  const { status, card, error, retry, gpu } = useFields(studio.model.store, 'status', 'card', 'error', 'retry', 'gpu')
  const running = useStore(studio.train.store, () => studio.running())
  return (
    <RoomFrame title={t('room.model')} lead={t('model.lead')}>
      {running && <p className="muted">{t('doorsShut')}</p>}
      <ErrorNote error={error}>
        {retry && (
          <Button disabled={running} onClick={() => void studio.model.retry()}>
            {t('tryAgain')}
          </Button>
        )}
      </ErrorNote>
      {!error && retry && status !== 'loading' && (
        <p className="row muted">
          {t('model.cancelled')} <Button onClick={() => void studio.model.retry()}>{t('model.goOn')}</Button>
        </p>
      )}
      {status === 'loading' && <LoadProgress />}
      {card && <ModelCardView card={card} />}
      <Part title={card ? t('model.another') : t('model.choose')}>
        <div className={styles.doors}>
          <div className={styles.door}>
            <h3>{t('model.builtin.title')}</h3>
            <p>{t('model.builtin.text')}</p>
            {card?.source === 'builtin' && <RunTime />}
            <ActionButton id="model.builtin" />
          </div>
          <div className={styles.door}>
            <h3>{t('model.folder.title')}</h3>
            <p>{t('model.folder.text')}</p>
            <ActionButton id="model.folder" />
          </div>
          <HubDoor />
        </div>
      </Part>
      <WhichModel />
      <CachedModels />
      <NothingSent />
      {gpu && (
        <Part title={t('model.gpu')}>
          <GpuWords gpu={gpu} />
        </Part>
      )}
    </RoomFrame>
  )
}
