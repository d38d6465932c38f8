import { useFields, useStore } from '../../read-store'
import { dataName } from '../../../state/names'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { ProgressBar } from '../../kit/progress-bar'
import { Part, RoomFrame } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { BadRows } from './bad-rows'
import { ColumnQuestion } from './column-question'
import { DataCounts } from './data-counts'
import { Cure, DataNotes } from './data-notes'
import { EncodingQuestion } from './encoding-question'
import { Examples } from './examples'
import { LengthHistogram } from './length-histogram'
import { Mapping } from './mapping'
import { RowsGlass } from './rows-glass'
import { Samples } from './samples'
import loading from '../../kit/loading.module.css'
import room from '../../kit/room.module.css'
import styles from './data.module.css'

export function DataRoom() {
  const studio = useStudio()
  const { t, num, language } = useWords()
  const state = useFields(studio.data.store, 'summary', 'progress', 'status', 'error', 'source', 'sample', 'fileName')
  const hasModel = useStore(studio.model.store, (model) => model.card !== null)
  const running = useStore(studio.train.store, () => studio.running())
  const { summary, progress, status } = state
  const hasRows = (summary?.rowsKept ?? 0) > 0
  const name = dataName(state, language)
  return (
    <RoomFrame title={t('room.data')} lead={t('data.lead')} actions={<ActionButton id="data.file" />}>
      {running && <p className="muted">{t('doorsShut')}</p>}
      <ErrorNote error={state.error}>
        <Cure note={state.error} />
        {hasRows ? (
          <Button onClick={studio.data.dismissError}>{t('dismiss')}</Button>
        ) : (
          state.source && <Button onClick={() => void studio.data.reload()}>{t('tryAgain')}</Button>
        )}
      </ErrorNote>
      {state.source && !hasModel && <p className="muted">{t('data.waitsForModel', { name })}</p>}
      {status === 'loading' && (
        <div className={loading.loading}>
          <div className={loading.loadingHead}>
            <p>
              <strong>{name}</strong>{' '}
              <span className="muted">
                {progress ? t('data.readSoFar', { n: progress.done }) : t('phase.read')}
                {progress?.perSecond ? ` · ${t('data.rowsPerSecond', { n: num(Math.round(progress.perSecond)) })}` : ''}
              </span>
            </p>
            <Button onClick={studio.data.cancel}>{t('cancel')}</Button>
          </div>
          <ProgressBar label={name} done={progress?.done ?? 0} total={progress?.total ?? 0} />
        </div>
      )}
      {summary?.question && (
        <Part title={name}>
          {summary.question === 'encoding' ? (
            <EncodingQuestion summary={summary} />
          ) : (
            <ColumnQuestion key={summary.name} summary={summary} />
          )}
        </Part>
      )}
      {summary && !summary.question && (
        <div className={status === 'loading' ? `${styles.dataSet} ${styles.stale}` : styles.dataSet}>
          <Part title={name}>
            {state.error && hasRows && <p className="muted">{t('data.stays', { name })}</p>}
            <DataCounts summary={summary} />
            <DataNotes notes={summary.notes.filter((note) => note !== state.error)} />
          </Part>
          <Examples />
          {hasRows && <RowsGlass />}
          <div className={room.twoColumns}>
            <Part title={t('data.mapping')}>
              <Mapping key={summary.name} summary={summary} />
            </Part>
            {hasRows && (
              <Part title={t('data.lengths')}>
                <LengthHistogram summary={summary} />
              </Part>
            )}
          </div>
          {summary.badRowCount > 0 && <BadRows summary={summary} />}
        </div>
      )}
      <Part title={t('data.samples')}>
        <Samples />
      </Part>
    </RoomFrame>
  )
}
