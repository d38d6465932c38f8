import { useFields, useStore } from '../../read-store'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import styles from './model.module.css'

/**
 * Models of the hub that need not be downloaded again, or whose download can go on, those that only judge or embed
 * among them; each can be removed.
 */
export function CachedModels() {
  const studio = useStudio()
  const { t, bytes, when } = useWords()
  const { cached, status } = useFields(studio.model.store, 'cached', 'status')
  const running = useStore(studio.train.store, () => studio.running())
  if (cached.length === 0) return null
  const total = cached.reduce((sum, model) => sum + model.bytes, 0)
  return (
    <Part
      title={t('model.cached')}
      aside={<span className="num muted">{t('model.cached.total', { bytes: bytes(total) })}</span>}
    >
      <ul className={styles.cachedModels} aria-label={t('model.cached')}>
        {cached.map((model) => (
          <li key={`${model.runs} ${model.endpoint}/${model.id}/${model.revision}`}>
            {model.runs === 'onnx' ? (
              <span className={styles.name}>{model.id}</span>
            ) : (
              <button
                type="button"
                className="link"
                disabled={running || status === 'loading'}
                onClick={() => void studio.model.loadHub(model.id, model.revision, undefined, model.endpoint)}
              >
                {model.id}
              </button>
            )}
            <span className="muted num">
              {[
                model.runs === 'onnx' && t('model.cached.onnx'),
                model.revision !== 'main' && model.revision,
                model.bytes < model.totalBytes
                  ? t('model.cached.part', { done: bytes(model.bytes), total: bytes(model.totalBytes) })
                  : `${bytes(model.bytes)} · ${t('cached')}`,
                model.when > 0 && when(model.when),
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
            <Button
              className={styles.remove}
              kind="quiet"
              disabled={status === 'loading'}
              aria-label={t('model.remove', { name: model.id })}
              onClick={() => studio.model.removeCached(model)}
            >
              {t('runs.delete')}
            </Button>
          </li>
        ))}
      </ul>
    </Part>
  )
}
