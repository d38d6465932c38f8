import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import type { DataSummary } from '../../../contracts/data'
import styles from './question.module.css'

/** In which encoding the file makes sense: only somebody who can read it can say. */
export function EncodingQuestion({ summary }: { summary: DataSummary }) {
  const studio = useStudio()
  const { t } = useWords()
  return (
    <div className={styles.question} role="group" aria-label={t('question.encoding')}>
      <h3>{t('question.encoding')}</h3>
      <p className="muted">{t('question.encodingWhy', { name: summary.name })}</p>
      <ul className={styles.encodings}>
        {summary.encodings.map(({ encoding, sample }) => (
          <li key={encoding}>
            <blockquote className={styles.sample}>{sample}</blockquote>
            <Button onClick={() => void studio.data.chooseEncoding(encoding)}>{t('data.readAs', { encoding })}</Button>
          </li>
        ))}
      </ul>
    </div>
  )
}
