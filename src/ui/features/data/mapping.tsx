import { useState } from 'react'
import { useStore } from '../../read-store'
import { assignColumn } from '../../../data/mapping'
import { Button } from '../../kit/button'
import { Select } from '../../kit/select'
import { useStudio, useWords } from '../../studio-context'
import { DATA_FORMATS } from '../../../contracts/data'
import type { ColumnMapping, DataFormat, DataSummary } from '../../../contracts/data'
import form from '../../kit/form.module.css'
import styles from './data.module.css'

const roles = ['user', 'assistant', 'system', 'context'] as const

const isOptional = (role: (typeof roles)[number]) => role === 'system' || role === 'context'

/** What was recognised, and the way to say it otherwise. */
export function Mapping({ summary }: { summary: DataSummary }) {
  const studio = useStudio()
  const { t } = useWords()
  const usesOf = (column: string) =>
    (summary.uses[column]?.length ? summary.uses[column] : (['none'] as const))
      .map((use) => t(`use.${use}`))
      .join(t('mark.comma'))
  const running = useStore(studio.train.store, () => studio.running())
  const own = useStore(studio.data.store, (state) => state.mapping)
  const mapping: ColumnMapping = own ?? summary.mapping
  const isGuess = mapping.format === 'unknown'
  /** Roles as they are being chosen while nothing is read by them yet. */
  const [draft, setDraft] = useState<ColumnMapping | null>(null)
  const roleOf = (isGuess && draft) || mapping
  const choose = (role: (typeof roles)[number], column: string | undefined) => {
    const next = assignColumn(roleOf, role, column)
    if (isGuess) setDraft(next)
    else void studio.data.remap(next)
  }
  const chooseFormat = (format: DataFormat) => {
    const [user, assistant] = summary.columns
    void studio.data.remap(
      format === 'columns'
        ? { ...roleOf, format, user: roleOf.user ?? user, assistant: roleOf.assistant ?? assistant }
        : { ...mapping, format },
    )
  }
  return (
    <fieldset className={styles.mapping} disabled={running}>
      <label className={form.field}>
        <span>{t('data.format')}</span>
        <Select
          value={mapping.format}
          options={[...(isGuess ? (['unknown'] as const) : []), ...DATA_FORMATS].map((format) => ({
            value: format,
            label: t(`format.${format}`),
          }))}
          onChange={chooseFormat}
        />
      </label>
      {(mapping.format === 'columns' || isGuess) &&
        roles.map((role) => (
          <label className={form.field} key={role}>
            <span>{t(`role.${role}`)}</span>
            <Select
              value={roleOf[role] ?? ''}
              options={[
                ...(isOptional(role) || !roleOf[role] ? [{ value: '', label: t('data.noColumn') }] : []),
                ...summary.columns.map((column) => ({
                  value: column,
                  label: column,
                  disabled: isOptional(role) && (column === roleOf.user || column === roleOf.assistant),
                })),
              ]}
              onChange={(column) => choose(role, column || undefined)}
            />
          </label>
        ))}
      {isGuess && (
        <Button kind="primary" disabled={!roleOf.user || !roleOf.assistant} onClick={() => chooseFormat('columns')}>
          {t('data.useColumns')}
        </Button>
      )}
      <details>
        <summary>{t('data.columns', { n: summary.columns.length })}</summary>
        <dl className={styles.columnExamples}>
          {summary.columns.map((column) => (
            <div key={column}>
              <dt>
                <code>{column}</code>
              </dt>
              <dd>
                <strong>{usesOf(column)}</strong> {summary.examples[column]}
              </dd>
            </div>
          ))}
        </dl>
      </details>
      {own && <Button onClick={() => void studio.data.remap(undefined)}>{t('data.detectAgain')}</Button>}
    </fieldset>
  )
}
