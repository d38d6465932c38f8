import { useState } from 'react'
import { useFields, useStore } from '../../read-store'
import { Button } from '../../kit/button'
import { inLanguage } from '../../../i18n'
import { useStudio, useWords } from '../../studio-context'
import styles from './data.module.css'

/** The sample sets as a choice of one, and the button that takes it. */
export function Samples() {
  const studio = useStudio()
  const { t, language } = useWords()
  const { samples, sample, source } = useFields(studio.data.store, 'samples', 'sample', 'source')
  const running = useStore(studio.train.store, () => studio.running())
  const [chosen, setChosen] = useState<string | null>(null)
  // While a file of the person's own is in use, none of these is chosen.
  const current = samples.find(({ file }) => file === chosen) ?? sample ?? (source ? null : samples[0])
  if (samples.length === 0) return <p className="muted">{t('data.noSamples')}</p>
  return (
    <fieldset className={styles.samples}>
      <legend className="visually-hidden">{t('data.samples')}</legend>
      <div className={styles.sampleList}>
        {samples.map((entry) => (
          <label key={entry.file} className={styles.sample}>
            <input
              type="radio"
              name="sample"
              checked={entry.file === current?.file}
              onChange={() => setChosen(entry.file)}
            />
            <span>
              <strong>{inLanguage(entry.title, language)}</strong>{' '}
              <small className="muted">{t('rows', { n: entry.rows })}</small>
              <span className={styles.sampleText}>{inLanguage(entry.description, language)}</span>
            </span>
          </label>
        ))}
      </div>
      <Button disabled={running || !current} onClick={() => current && void studio.data.openSample(current)}>
        {t('data.useSample')}
      </Button>
    </fieldset>
  )
}
