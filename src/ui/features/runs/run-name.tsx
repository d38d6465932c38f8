import { useState } from 'react'
import type { RunRecord } from '../../../state/run-record'
import { useStudio, useWords } from '../../studio-context'
import { InlineEdit } from './inline-edit'

interface RunNameProps {
  record: RunRecord
  tagging: boolean
  onTagged: () => void
}

/** A run's name, its tags, and how it ended where it did not finish. */
export function RunName({ record, tagging, onTagged }: RunNameProps) {
  const studio = useStudio()
  const { t } = useWords()
  const [renaming, setRenaming] = useState(false)
  const keep = (job: Promise<unknown>) => void job.catch(studio.notices.fail)
  const rename = (name: string | null) => {
    setRenaming(false)
    if (name?.trim() && name.trim() !== record.name) keep(studio.runs.rename(record.id, name.trim()))
  }
  const tag = (text: string | null) => {
    onTagged()
    if (text !== null) keep(studio.runs.tag(record.id, text))
  }
  const tags = record.tags ?? []
  return (
    <>
      {renaming ? (
        <InlineEdit label={t('runs.rename')} value={record.name} onDone={rename} />
      ) : (
        <button type="button" className="link" title={t('runs.rename')} onClick={() => setRenaming(true)}>
          {record.name}
        </button>
      )}
      {tagging && <InlineEdit label={t('runs.tags')} value={tags.join(', ')} onDone={tag} />}
      {!tagging && tags.length > 0 && (
        <span className="run-tags">
          {tags.map((one) => (
            <button key={one} type="button" className="run-tag" title={t('runs.onlyTag', { tag: one })} onClick={() => studio.runs.showTag(one)}>
              {one}
            </button>
          ))}
        </span>
      )}
      {record.reason !== 'finished' && <RunState record={record} />}
    </>
  )
}

function RunState({ record: { reason, steps, plannedSteps = steps } }: { record: RunRecord }) {
  const { t } = useWords()
  const params = { step: String(steps), steps: String(plannedSteps) }
  return (
    <small className="run-state" data-reason={reason}>
      {reason !== 'finished' && t(`runState.${reason}`, params)}
    </small>
  )
}
