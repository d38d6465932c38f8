import { Part } from '../../kit/room'
import { useWords } from '../../studio-context'
import type { DataSummary } from '../../../contracts/data'
import styles from './data.module.css'

/** Where the count of rows left out leads to; hashes in the address are rooms. */
export const BAD_ROWS_ID = 'bad-rows'

/** Why rows are left out, each reason once with its rows. */
export function BadRows({ summary }: { summary: DataSummary }) {
  const words = useWords()
  const { leftOut, badRowCount, numbering } = summary
  return (
    <Part title={words.t('data.badRows', { n: badRowCount })}>
      {numbering && <p className="muted">{words.t(`numbering.${numbering}`)}</p>}
      <ul
        id={BAD_ROWS_ID}
        className={styles.badRows}
        tabIndex={0}
        aria-label={words.t('data.badRows', { n: badRowCount })}
      >
        {leftOut.map(({ error, count, rows }) => (
          <li key={rows[0]}>
            <span className="num">{words.num(rows[0])}</span>
            <span>
              {words.error(error)}
              {count > 1 && (
                <span className="muted">
                  {' '}
                  {words.t('data.sameHolds', {
                    n: count,
                    rows: [...rows, ...(count > rows.length ? ['…'] : [])].join(words.t('mark.comma')),
                  })}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  )
}
