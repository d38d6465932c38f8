import type { RunRecord } from '../../../state/run-record'
import { differingFields } from '../../../state/config-diff'
import { Part } from '../../kit/room'
import { useWords } from '../../studio-context'
import { RunOriginView } from './run-origin'

/** Only what the chosen runs do differently, and which of them go on from another. */
export function ConfigDiff({ records }: { records: readonly RunRecord[] }) {
  const { t } = useWords()
  const rows = differingFields(records.map((record) => record.run))
  const hasOrigin = records.some(({ from }) => from)
  return (
    <Part title={t('runs.diff')}>
      {rows.length === 0 && <p className="muted">{t('runs.sameSettings')}</p>}
      {(rows.length > 0 || hasOrigin) && (
        <div className="table-scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('runs.setting')}</th>
                {records.map((record) => (
                  <th scope="col" key={record.id}>
                    {record.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {hasOrigin && (
                <tr>
                  <th scope="row">{t('runs.from')}</th>
                  {records.map(({ id, from }) => (
                    <td key={id}>{from ? <RunOriginView from={from} /> : '–'}</td>
                  ))}
                </tr>
              )}
              {rows.map(({ field, values }) => (
                <tr key={field}>
                  <th scope="row">
                    <code>{field}</code>
                  </th>
                  {values.map((value, i) => (
                    <td key={records[i].id} className="num">
                      {value}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Part>
  )
}
