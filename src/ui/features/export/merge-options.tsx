import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import styles from './export.module.css'

export function MergeOptionsView() {
  const { exporting } = useStudio()
  const { t } = useWords()
  const { base, keepMerged } = useFields(exporting.store, 'base', 'keepMerged')
  return (
    <fieldset className={styles.mergeOptions}>
      <legend className="visually-hidden">{t('export.mergeBase')}</legend>
      {(['original', 'dequantized'] as const).map((value) => (
        <label key={value} className={form.option}>
          <input type="radio" name="merge-base" checked={base === value} onChange={() => exporting.setBase(value)} />
          <span>
            {t(`merge.${value}`)} <small className="muted">{t(`merge.${value}.help`)}</small>
          </span>
        </label>
      ))}
      <label className={form.option}>
        <input
          type="checkbox"
          checked={keepMerged}
          onChange={(event) => exporting.setKeepMerged(event.target.checked)}
        />
        <span>
          {t('merge.keep')} <small className="muted">{t('merge.keep.help')}</small>
        </span>
      </label>
    </fieldset>
  )
}
