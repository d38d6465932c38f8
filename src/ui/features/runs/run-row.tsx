import { useState } from 'react'
import { useStore } from '../../read-store'
import { canResume, handoverStep } from '../../../state/run-record'
import type { RunRecord } from '../../../state/run-record'
import { Button } from '../../kit/button'
import { Menu } from '../../kit/menu'
import { useStudio, useWords } from '../../studio-context'
import { RunName } from './run-name'
import styles from './runs.module.css'

/** Checkpoints that the menu offers. */
const NEWEST = 6

export function RunRow({ record, picked }: { record: RunRecord; picked: boolean }) {
  const studio = useStudio()
  const { t, num, bytes, measure, when } = useWords()
  const running = useStore(studio.train.store, () => studio.running())
  const [editing, setEditing] = useState<'name' | 'tags' | null>(null)
  const attempt = (job: Promise<unknown>) => {
    studio.notices.clear('run', 'storage', 'adapter', 'peft')
    job.catch(studio.notices.fail)
  }
  const { steps, adapterStep = steps } = record
  const isBehind = adapterStep !== steps
  const last = record.curve.at(-1)?.loss
  const items = [
    { label: t('runs.rename'), perform: () => setEditing('name') },
    { label: t('runs.tag'), perform: () => setEditing('tags') },
    { label: t('runs.useSettings'), perform: () => studio.reuseSettings(record.run) },
    ...(record.checkpoints?.steps ?? []).slice(-NEWEST).map((step) => ({
      label: t('runs.tryStep', { step: String(step) }),
      perform: () => attempt(studio.tryRun(record, step)),
    })),
    ...(record.checkpoints?.steps ?? []).slice(-NEWEST).map((step) => ({
      label: t('runs.branchStep', { step: String(step) }),
      perform: () => attempt(studio.branchRun(record, step)),
    })),
    ...(handoverStep(record) === null
      ? []
      : [{ label: t('export.handover'), perform: () => attempt(studio.handOver(record)) }]),
    ...(record.mergedBytes > 0
      ? [
          {
            label: t('runs.downloadMerged', { step: String(record.mergedStep ?? record.steps) }),
            perform: () => attempt(studio.downloadKeptMerged(record)),
          },
        ]
      : []),
    ...(record.reason === 'finished' || record.reason === 'stopped'
      ? [
          {
            label: t('export.trainerState'),
            perform: () =>
              studio.exporting.saveText('trainer_state.json', JSON.stringify(record.trainerState, null, 2) + '\n'),
          },
        ]
      : []),
    { label: t('runs.pack'), perform: () => attempt(studio.packs.save(record)) },
    { label: t('runs.delete'), perform: () => attempt(studio.runs.remove(record.id)) },
  ]
  return (
    <tr data-run={record.id}>
      <td>
        <input
          type="checkbox"
          checked={picked}
          aria-label={t('runs.compareThis', { name: record.name })}
          onChange={() => studio.runs.pick(record.id)}
        />
      </td>
      <th scope="row" data-label={t('runs.name')}>
        <RunName record={record} editing={editing} onEdit={setEditing} />
      </th>
      <td data-label={t('room.model')}>{record.model.name}</td>
      <td data-label={t('room.data')}>{record.data.name}</td>
      <td data-label={t('runs.steps')} className="num">
        {num(record.steps)}
      </td>
      <td data-label={t('figure.loss')} className="num">
        {last === undefined ? '–' : measure(last)}
      </td>
      <td data-label={t('runs.when')} className="num">
        {when(record.startedAt)}
      </td>
      <td data-label={t('runs.size')} className="num">
        {bytes(record.adapterBytes + record.mergedBytes + (record.checkpoints?.bytes ?? 0))}
      </td>
      <td className={styles.runActions}>
        {canResume(record) && (
          <Button
            kind="quiet"
            className={styles.action}
            disabled={running}
            onClick={() => void studio.resumeRun(record)}
          >
            {t('train.resume')}
          </Button>
        )}
        {record.adapterBytes > 0 && (
          <>
            <Button kind="quiet" className={styles.action} onClick={() => attempt(studio.downloadAdapter(record))}>
              {isBehind ? t('runs.downloadAdapter', { step: String(adapterStep) }) : t('export.downloadAdapter')}
            </Button>
            <Button
              kind="quiet"
              className={styles.action}
              disabled={running}
              onClick={() => attempt(studio.tryRun(record))}
            >
              {t('runs.tryIt')}
            </Button>
          </>
        )}
        {record.reason !== 'running' && <Menu label={t('runs.more', { name: record.name })} items={items} />}
      </td>
    </tr>
  )
}
