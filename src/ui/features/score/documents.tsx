import { pickFiles, pickFolder } from '../../files'
import { Button } from '../../kit/button'
import { Segmented } from '../../kit/segmented'
import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './score.module.css'

const ENDINGS = ['.txt', '.md', '.markdown']

const BY = ['words', 'meaning'] as const

/** The texts that answers are held against: files, or pasted; and how passages are found in them. */
export function Documents() {
  const { score } = useStudio()
  const { t } = useWords()
  const { documents, judge, pasting } = useFields(score.store, 'documents', 'judge', 'pasting')
  return (
    <div className={styles.setup}>
      <h2>{t('score.documents')}</h2>
      <p className="muted">{t(judge.who === 'none' ? 'score.documents.weak' : 'score.documents.judged')}</p>
      <ul>
        {documents.map(({ name }) => (
          <li key={name}>
            {name}{' '}
            <Button kind="quiet" onClick={() => score.documents.drop(name)}>
              {t('score.documents.drop', { name })}
            </Button>
          </li>
        ))}
      </ul>
      <Button onClick={() => void pickFiles(ENDINGS).then((files) => score.documents.add(files))}>
        {t('score.documents.choose')}
      </Button>
      <label className={styles.field}>
        {t('score.documents.paste')}
        <textarea rows={2} value={pasting} onChange={({ target }) => score.documents.paste(target.value)} />
      </label>
      {pasting.trim() !== '' && (
        <div>
          <Button onClick={() => void score.documents.takePasted()}>{t('score.documents.take')}</Button>
        </div>
      )}
      <Passages />
    </div>
  )
}

/** By words, or by an encoder of the hub or of a folder. */
function Passages() {
  const { score } = useStudio()
  const { t } = useWords()
  const { retrieval, encoder, phase } = useFields(score.store, 'retrieval', 'encoder', 'phase')
  const takeFolder = async () => {
    const picked = await pickFolder()
    if (picked) score.documents.takeEncoder({ kind: 'folder', ...picked })
  }
  return (
    <fieldset className={styles.choices} disabled={phase !== 'idle'}>
      <legend>{t('score.passages')}</legend>
      <Segmented
        label={t('score.passages')}
        value={retrieval.by}
        options={BY.map((value) => ({ value, label: t(`score.passages.${value}`) }))}
        onChange={(by) => score.documents.findBy({ by })}
      />
      {retrieval.by === 'meaning' && (
        <>
          {!encoder && (
            <label className={styles.field}>
              {t('score.passages.id')}
              <input
                placeholder="onnx-community/all-MiniLM-L6-v2-ONNX"
                value={retrieval.id}
                onChange={({ target }) => score.documents.findBy({ id: target.value.trim() })}
              />
            </label>
          )}
          <p className="muted">{t('score.passages.hint')}</p>
          {encoder ? (
            <Button kind="quiet" onClick={() => score.documents.takeEncoder(null)}>
              {t('score.passages.useHub', { name: encoder.name })}
            </Button>
          ) : (
            <Button onClick={() => void takeFolder()}>{t('score.passages.folder')}</Button>
          )}
        </>
      )}
    </fieldset>
  )
}
