import { pickFiles } from '../../files'
import { Button } from '../../kit/button'
import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './score.module.css'

const ENDINGS = ['.txt', '.md', '.markdown']

/** The texts that answers are held against: files, or pasted. */
export function Documents() {
  const { score } = useStudio()
  const { t } = useWords()
  const { documents, judge } = useFields(score.store, 'documents', 'judge')
  const paste = (text: string) =>
    score.addDocuments([new File([text], t('score.documents.pasted', { n: documents.length + 1 }))])
  return (
    <div className={styles.setup}>
      <h2>{t('score.documents')}</h2>
      <p className="muted">{t(judge.who === 'none' ? 'score.documents.weak' : 'score.documents.judged')}</p>
      <ul>
        {documents.map(({ name }) => (
          <li key={name}>
            {name}{' '}
            <Button kind="quiet" onClick={() => score.dropDocument(name)}>
              {t('score.documents.drop', { name })}
            </Button>
          </li>
        ))}
      </ul>
      <Button onClick={() => void pickFiles(ENDINGS).then((files) => score.addDocuments(files))}>
        {t('score.documents.choose')}
      </Button>
      <label className={styles.field}>
        {t('score.documents.paste')}
        <textarea
          rows={2}
          onBlur={({ target }) => {
            const text = target.value
            target.value = ''
            if (text.trim() !== '') void paste(text)
          }}
        />
      </label>
    </div>
  )
}
