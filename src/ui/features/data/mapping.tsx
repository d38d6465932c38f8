import type { ColumnMapping, DataFormat, DataSummary } from '../../../engine/types'
import { Button } from '../../kit/button'
import { useStore } from 'zustand'
import { useStudio, useWords } from '../../studio-context'

const formats: DataFormat[] = ['messages', 'alpaca', 'sharegpt', 'prompt-completion', 'text', 'columns']
const roles = ['user', 'assistant', 'system'] as const

/** What was recognised, and the way to say it otherwise. */
export function Mapping({ summary }: { summary: DataSummary }) {
  const studio = useStudio()
  const { t } = useWords()
  const own = useStore(studio.data.store, (state) => state.mapping)
  const mapping: ColumnMapping = own ?? summary.mapping
  const change = (part: Partial<ColumnMapping>) => void studio.data.remap({ ...mapping, ...part })
  const chooseFormat = (format: DataFormat) => {
    const [user, assistant] = summary.columns
    change(format === 'columns' ? { format, user: mapping.user ?? user, assistant: mapping.assistant ?? assistant } : { format })
  }
  return (
    <div className="mapping">
      <label className="field">
        <span>{t('data.format')}</span>
        <select value={mapping.format} onChange={(event) => chooseFormat(event.target.value as DataFormat)}>
          {mapping.format === 'unknown' && <option value="unknown">{t('format.unknown')}</option>}
          {formats.map((format) => (
            <option key={format} value={format}>
              {t(`format.${format}`)}
            </option>
          ))}
        </select>
      </label>
      {mapping.format === 'columns' &&
        roles.map((role) => (
          <label className="field" key={role}>
            <span>{t(`role.${role}`)}</span>
            <select value={mapping[role] ?? ''} onChange={(event) => change({ [role]: event.target.value || undefined })}>
              {(role === 'system' || !mapping[role]) && <option value="">{t('data.noColumn')}</option>}
              {summary.columns.map((column) => (
                <option key={column}>{column}</option>
              ))}
            </select>
          </label>
        ))}
      <details>
        <summary>{t('data.columns', { n: summary.columns.length })}</summary>
        <dl className="column-examples">
          {summary.columns.map((column) => (
            <div key={column}>
              <dt>
                <code>{column}</code>
              </dt>
              <dd>{summary.examples[column]}</dd>
            </div>
          ))}
        </dl>
      </details>
      {own && <Button onClick={() => void studio.data.remap(undefined)}>{t('data.detectAgain')}</Button>}
    </div>
  )
}
