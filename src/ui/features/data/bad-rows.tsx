import { Part } from '../../kit/room'
import { useWords } from '../../studio-context'
import type { DataSummary } from '../../../contracts/data'

/** Where the count of rows left out leads to; hashes in the address are rooms. */
export const BAD_ROWS_ID = 'bad-rows'

export function BadRows({ summary }: { summary: DataSummary }) {
  const words = useWords()
  const { badRows, badRowCount } = summary
  return (
    <Part title={words.t('data.badRows', { n: badRowCount })}>
      <ul id={BAD_ROWS_ID} className="bad-rows" tabIndex={0} aria-label={words.t('data.badRows', { n: badRowCount })}>
        {badRows.map(({ row, error }) => (
          <li key={row}>
            <span className="num">{words.num(row)}</span>
            <span>{words.error(error)}</span>
          </li>
        ))}
      </ul>
      {badRowCount > badRows.length && (
        <p className="muted">{words.t('data.moreBadRows', { n: badRowCount - badRows.length })}</p>
      )}
    </Part>
  )
}
