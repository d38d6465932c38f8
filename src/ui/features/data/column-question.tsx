import { useState } from 'react'
import { chosenMapping, COLUMN_ROLES, roleOfColumn, withColumnAs } from '../../../data/choose-columns'
import { Button } from '../../kit/button'
import { Select } from '../../kit/select'
import { useStudio, useWords } from '../../studio-context'
import type { ColumnMapping, DataSummary } from '../../../contracts/data'
import styles from './question.module.css'

/** Which column is asked and which answered, each with a cell by which it can be told. */
export function ColumnQuestion({ summary }: { summary: DataSummary }) {
  const studio = useStudio()
  const { t } = useWords()
  const [choices, setChoices] = useState<ColumnMapping>(summary.mapping)
  const chosen = chosenMapping(choices)
  return (
    <div className={styles.question} role="group" aria-label={t('question.columns')}>
      <h3>{t('question.columns')}</h3>
      <p className="muted">{t('question.columnsWhy')}</p>
      <table className={styles.choices}>
        <thead>
          <tr>
            <th scope="col">{t('question.column')}</th>
            <th scope="col">{t('question.cell')}</th>
            <th scope="col">{t('question.use')}</th>
          </tr>
        </thead>
        <tbody>
          {summary.columns.map((column) => (
            <tr key={column}>
              <th scope="row">
                <code>{column}</code>
              </th>
              <td className={styles.sample}>{summary.examples[column]}</td>
              <td>
                <label>
                  <span className="visually-hidden">{column}</span>
                  <Select
                    value={roleOfColumn(choices, column) ?? ''}
                    options={[
                      { value: '', label: t('use.none') },
                      ...COLUMN_ROLES.map((role) => ({ value: role, label: t(`role.${role}`) })),
                    ]}
                    onChange={(role) => setChoices(withColumnAs(choices, column, role || undefined))}
                  />
                </label>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button kind="primary" disabled={!chosen} onClick={() => chosen && void studio.data.remap(chosen)}>
        {t('data.useColumns')}
      </Button>
    </div>
  )
}
