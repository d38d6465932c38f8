import { useFields, useStore } from '../../read-store'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { RoomFrame } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { ConfigDiff } from './config-diff'
import { CurveOverlay } from './curve-overlay'
import { LiveRun } from './live-run'
import { RunPage } from './run-page'
import { RunRow } from './run-row'
import room from '../../kit/room.module.css'
import styles from './runs.module.css'

export function RunsRoom() {
  const studio = useStudio()
  const { t } = useWords()
  const { list, picked, tag } = useFields(studio.runs.store, 'list', 'picked', 'tag')
  const item = useStore(studio.router.store, (state) => state.item)
  const shown = (list ?? []).filter(({ tags }) => tag === null || tags?.includes(tag))
  const chosen = (list ?? []).filter(({ id }) => picked.includes(id))
  if (item !== null && list) return <RunPage record={list.find(({ id }) => id === item)} />
  return (
    <RoomFrame title={t('room.runs')} lead={t('runs.lead')}>
      <LiveRun />
      <p className="row">
        <ActionButton id="runs.open" kind="quiet" />
      </p>
      {list?.length === 0 && (
        <p className={room.empty}>
          {t('runs.empty')} <a href="#/train">{t('export.goTrain')}</a>
        </p>
      )}
      {tag !== null && (
        <p className="row">
          {t('runs.onlyTag', { tag })}{' '}
          <Button kind="quiet" onClick={() => studio.runs.showTag(null)}>
            {t('runs.allTags')}
          </Button>
        </p>
      )}
      {list && list.length > 0 && (
        <div className="table-scroll">
          <table className={styles.runs}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">{t('runs.compare')}</span>
                </th>
                <th scope="col">{t('runs.name')}</th>
                <th scope="col">{t('room.model')}</th>
                <th scope="col">{t('room.data')}</th>
                <th scope="col">{t('runs.steps')}</th>
                <th scope="col">{t('figure.loss')}</th>
                <th scope="col">{t('runs.when')}</th>
                <th scope="col">{t('runs.size')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('runs.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((record) => (
                <RunRow key={record.id} record={record} picked={picked.includes(record.id)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {chosen.length > 0 && <CurveOverlay records={chosen} />}
      {chosen.length > 1 && <ConfigDiff records={chosen} />}
    </RoomFrame>
  )
}
