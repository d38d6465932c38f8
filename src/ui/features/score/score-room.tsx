import { ActionButton } from '../../kit/action-button'
import { ErrorNote } from '../../kit/error-note'
import { ProgressBar } from '../../kit/progress-bar'
import { RoomFrame } from '../../kit/room'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { Results } from './results'
import { Review } from './review'
import { Setup } from './setup'
import room from '../../kit/room.module.css'
import styles from './score.module.css'

/** Is it better? What to ask, how far it is, the verdict, and people's own eyes. */
export function ScoreRoom() {
  const studio = useStudio()
  const { t } = useWords()
  const { phase, error, scores } = useFields(studio.score.store, 'phase', 'error', 'scores')
  const hasModel = useStore(studio.model.store, (state) => state.card !== null)
  return (
    <RoomFrame title={t('room.score')} lead={t('score.lead')}>
      {hasModel ? <Setup /> : <p className={room.empty}>{t('try.needsModel')}</p>}
      <ErrorNote error={error} />
      {phase !== 'idle' && <Working />}
      {scores && <Results scores={scores} />}
      <Review />
    </RoomFrame>
  )
}

function Working() {
  const { t, duration } = useWords()
  const {
    progress,
    writing,
    estimate,
    total: left,
  } = useFields(useStudio().score.store, 'progress', 'writing', 'estimate', 'total')
  const { done = 0, total = 0, etaSeconds, item, unit } = progress ?? {}
  const isFetching = unit === 'bytes'
  return (
    <div className={styles.working}>
      <p role="status" className="num">
        {isFetching && t('score.fetching', { item: item ?? '' })}
        {!isFetching && (total > 0 ? t('score.count', { done, total }) : t('score.preparing'))}
        {etaSeconds !== undefined && ` · ${t('score.left', { time: duration(etaSeconds) })}`}
        {item && !isFetching && ` · ${item}`}
      </p>
      {estimate !== null && <p className="num muted">{t('score.estimate', { left, time: duration(estimate) })}</p>}
      <ProgressBar label={t('room.score')} done={done} total={total} />
      <p className={`${styles.writing} muted`}>{writing.slice(-160)}</p>
      <ActionButton id="score.stop" />
    </div>
  )
}
