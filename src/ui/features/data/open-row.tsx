import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { TokenText } from './token-text'
import styles from './data.module.css'

/** The row that is open: its tokens, coloured by how much training changed their probability. */
export function OpenRow() {
  const studio = useStudio()
  const { t, measure, num } = useWords()
  const { tokens, error, opened } = useFields(studio.glass.store, 'tokens', 'error', 'opened')
  const seen = studio.seenRows().filter(([row]) => row === opened)
  if (!tokens) return error ? null : <p className="muted">{t('rows.judgingTokens')}</p>
  return (
    <>
      {tokens.tokens.some(({ tuned }) => tuned !== null) && (
        <p className={styles.tokenLegend}>
          <span className={styles.token} data-change="up3">
            {t('rows.likelier')}
          </span>{' '}
          <span className={styles.token} data-change="down3">
            {t('rows.unlikelier')}
          </span>
        </p>
      )}
      <TokenText row={tokens} />
      {seen.length > 0 && (
        <p className="muted num">
          {t('rows.seen')}{' '}
          {seen.map(([, step, loss]) => t('rows.seenAt', { step: num(step), loss: measure(loss) })).join(' · ')}
        </p>
      )}
    </>
  )
}
