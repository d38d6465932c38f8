import { useFields } from '../../read-store'
import { PREVIEW_ROWS } from '../../../state/data-room'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { TokenText } from './token-text'
import styles from './data.module.css'

/** Rendered rows with every token the collator makes of them; what will be trained is marked. */
export function Examples() {
  const studio = useStudio()
  const { t } = useWords()
  const { preview, previewFrom, summary } = useFields(studio.data.store, 'preview', 'previewFrom', 'summary')
  if (!summary || preview.length === 0) return null
  const last = previewFrom + preview.length
  const pager = (
    <div className="row">
      <span className="muted num">
        {t('data.examplesRange', { from: previewFrom + 1, to: last, n: summary.rowsKept })}
      </span>
      <Button
        kind="quiet"
        disabled={previewFrom === 0}
        onClick={() => void studio.data.showRows(Math.max(0, previewFrom - PREVIEW_ROWS))}
      >
        {t('data.earlier')}
      </Button>
      <Button kind="quiet" disabled={last >= summary.rowsKept} onClick={() => void studio.data.showRows(last)}>
        {t('data.later')}
      </Button>
    </div>
  )
  return (
    <Part title={t('data.examples')} aside={pager}>
      <p className={styles.tokenLegend}>
        <span className={styles.token} data-trained="true">
          {t('data.trainedTokens')}
        </span>{' '}
        <span className={styles.token}>{t('data.plainTokens')}</span>{' '}
        <span className={`${styles.token} ${styles.tokenSpecial}`}>{t('data.specialTokens')}</span>{' '}
        {preview.some(({ tokens }) => tokens.some(({ text }) => text === '')) && (
          <span>
            <span className={styles.token} data-part="true" /> {t('data.sharedCharacter')}
          </span>
        )}
      </p>
      {summary.numbering && <p className="muted">{t(`numbering.${summary.numbering}`)}</p>}
      <div className={styles.examples}>
        {preview.map((row) => (
          <TokenText key={row.row} row={row} />
        ))}
      </div>
    </Part>
  )
}
