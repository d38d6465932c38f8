import type { Thresholds } from '../../../eval/run/verdict'
import { useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './score.module.css'

const NATS: ReadonlySet<string> = new Set(['loss', 'forgetting'])

/** From where on a gain or a loss counts; the verdict follows as they are changed. */
export function ThresholdFields() {
  const { score } = useStudio()
  const { t } = useWords()
  const thresholds = useStore(score.store, (state) => state.thresholds)
  return (
    <details>
      <summary>{t('score.thresholds')}</summary>
      {(Object.entries(thresholds) as [keyof Thresholds, number][]).map(([name, value]) => {
        // Shares are written in per cent.
        const scale = NATS.has(name) ? 1 : 100
        return (
          <label key={name} className={styles.field}>
            {t(`score.threshold.${name}`)}
            <input
              type="number"
              min={0}
              step={scale === 1 ? 0.05 : 1}
              value={Number((value * scale).toPrecision(6))}
              onChange={({ target }) => {
                if (target.valueAsNumber >= 0) score.setThreshold(name, target.valueAsNumber / scale)
              }}
            />
          </label>
        )
      })}
    </details>
  )
}
