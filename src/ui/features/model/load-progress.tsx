import { useFields } from '../../read-store'
import { Button } from '../../kit/button'
import { ProgressBar } from '../../kit/progress-bar'
import { useStudio, useWords } from '../../studio-context'
import loading from '../../kit/loading.module.css'
import styles from './model.module.css'

/** A line for the whole and one per file: bytes, rate, time left. */
export function LoadProgress() {
  const { model } = useStudio()
  const { t, bytes, duration } = useWords()
  const { progress, loadingName } = useFields(model.store, 'progress', 'loadingName')
  const name = loadingName || t('model.builtin.name')
  const facts = progress
    ? [
        t(`phase.${progress.phase}`),
        progress.unit === 'bytes' && progress.total > 0
          ? t('ofTotal', { done: bytes(progress.done), total: bytes(progress.total) })
          : null,
        progress.perSecond && progress.unit === 'bytes' ? t('perSecond', { rate: bytes(progress.perSecond) }) : null,
        progress.etaSeconds ? t('timeLeft', { time: duration(progress.etaSeconds) }) : null,
      ]
    : [t('phase.list')]
  return (
    <div className={loading.loading}>
      <div className={loading.loadingHead}>
        <p>
          <strong>{name}</strong> <span className="muted">{facts.filter(Boolean).join(' · ')}</span>
        </p>
        <Button onClick={model.cancel}>{t('cancel')}</Button>
      </div>
      <ProgressBar label={name} done={progress?.done ?? 0} total={progress?.total ?? 0} />
      {progress?.files && progress.files.length > 1 && (
        <ul className={styles.fileLines}>
          {progress.files.map((file) => (
            <li key={file.path}>
              <code>{file.path}</code>
              <ProgressBar label={file.path} done={file.done} total={file.total} />
              <span className="num">
                {file.cached ? t('cached') : t('ofTotal', { done: bytes(file.done), total: bytes(file.total) })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
