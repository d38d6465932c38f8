import { useStore } from '../../read-store'
import type { RunRecord } from '../../../state/run-record'
import { useStudio, useWords } from '../../studio-context'
import { InlineEdit } from './inline-edit'
import styles from './runs.module.css'

interface RunNameProps {
  record: RunRecord
  editing: 'name' | 'tags' | null
  onEdit: (part: 'name' | 'tags' | null) => void
}

/** A run's name, its tags, and how it ended where it did not finish. */
export function RunName({ record, editing, onEdit }: RunNameProps) {
  const studio = useStudio()
  const { t } = useWords()
  const isUnkept = useStore(studio.runs.store, ({ unkept }) => unkept.includes(record.id))
  const keep = (job: Promise<unknown>) => void job.catch(studio.notices.fail)
  const rename = (name: string | null) => {
    onEdit(null)
    if (name?.trim() && name.trim() !== record.name) keep(studio.runs.rename(record.id, name.trim()))
  }
  const tag = (text: string | null) => {
    onEdit(null)
    if (text !== null) keep(studio.runs.tag(record.id, text))
  }
  const tags = record.tags ?? []
  return (
    <>
      {editing === 'name' ? (
        <InlineEdit label={t('runs.rename')} value={record.name} onDone={rename} />
      ) : (
        <>
          <a href={`#/runs/${record.id}`}>{record.name}</a>{' '}
          <button
            type="button"
            className={styles.rename}
            title={t('runs.rename')}
            aria-label={t('runs.renameThis', { name: record.name })}
            onClick={() => onEdit('name')}
          >
            ✎
          </button>
        </>
      )}
      {editing === 'tags' && <InlineEdit label={t('runs.tags')} value={tags.join(t('mark.comma'))} onDone={tag} />}
      {editing !== 'tags' && tags.length > 0 && (
        <span className={styles.runTags}>
          {tags.map((one) => (
            <button
              key={one}
              type="button"
              className={styles.runTag}
              title={t('runs.onlyTag', { tag: one })}
              onClick={() => studio.runs.showTag(one)}
            >
              {one}
            </button>
          ))}
        </span>
      )}
      {isUnkept && <small className={styles.runState}>{t('runs.unkept')}</small>}
      {record.reason !== 'finished' && <RunState record={record} />}
    </>
  )
}

function RunState({ record: { reason, steps, plannedSteps = steps } }: { record: RunRecord }) {
  const { t } = useWords()
  const params = { step: String(steps), steps: String(plannedSteps) }
  return (
    <small className={styles.runState} data-reason={reason}>
      {reason !== 'finished' &&
        t(reason === 'interrupted' && steps === 0 ? 'runState.interruptedEarly' : `runState.${reason}`, params)}
    </small>
  )
}
