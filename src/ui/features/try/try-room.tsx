import { useState } from 'react'
import { useFields, useStore } from '../../read-store'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { RoomFrame } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { AnswerView } from './answer'
import { Ask } from './ask'
import { Mix } from './mix'
import { Suggestions } from './suggestions'
import room from '../../kit/room.module.css'
import styles from './try.module.css'

export function TryRoom() {
  const studio = useStudio()
  const { t } = useWords()
  const { answers, adapter, adapterName, adapterRunId, error } = useFields(
    studio.try.store,
    'answers',
    'adapter',
    'adapterName',
    'adapterRunId',
    'error',
  )
  const liveStep = useStore(studio.train.store, ({ step, runId }) =>
    studio.running() && runId === adapterRunId ? step : null,
  )
  const card = useStore(studio.model.store, (state) => state.card)
  const isRunning = useStore(studio.train.store, () => studio.running())
  const list = useStore(studio.runs.store, (state) => state.list)
  const [isMixing, setMixing] = useState(false)
  // Adapters of another model do not fit this one.
  const others = (list ?? []).filter(
    ({ id, adapterBytes, model }) => adapterBytes > 0 && id !== adapterRunId && model.id === card?.id,
  )
  const hasModel = useStore(studio.model.store, (state) => state.card !== null)
  return (
    <RoomFrame title={t('room.try')} lead={t('try.lead')}>
      <div className={styles.adapterLine}>
        <p>
          {adapter ? (
            <>
              {t('try.adapter')} <strong>{adapterName}</strong>{' '}
              <span className="muted num">
                r {adapter.lora.r} · alpha {adapter.lora.lora_alpha}
                {liveStep !== null && ` · ${t('try.asOfStep', { step: String(liveStep) })}`}
              </span>
            </>
          ) : (
            <span className="muted">{t('try.noAdapter')}</span>
          )}
        </p>
        <div className="row">
          <ActionButton id="try.loadAdapter" kind="quiet" />
          {adapter && others.length > 0 && !isRunning && (
            <Button kind="quiet" onClick={() => setMixing(true)}>
              {t('try.mix')}
            </Button>
          )}
          {adapter && <ActionButton id="try.removeAdapter" kind="quiet" />}
        </div>
      </div>
      {isMixing && <Mix others={others} onClose={() => setMixing(false)} />}
      <ErrorNote error={error} />
      <Ask disabled={!hasModel} />
      {answers.length === 0 && <Suggestions />}
      {answers.length > 0 ? (
        <div className={styles.answers}>
          {answers.map((answer) => (
            <AnswerView key={answer.id} answer={answer} />
          ))}
          <Suggestions />
          <Button kind="quiet" onClick={studio.try.clear}>
            {t('try.clear')}
          </Button>
        </div>
      ) : (
        <p className={room.empty}>{hasModel ? t('try.empty') : t('try.needsModel')}</p>
      )}
    </RoomFrame>
  )
}
