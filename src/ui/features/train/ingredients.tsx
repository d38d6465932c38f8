import { useFields, useStore } from '../../read-store'
import { dataName } from '../../../state/names'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import room from '../../kit/room.module.css'
import styles from './train.module.css'

/** Which model learns from which data, with the way to change either. */
export function Ingredients() {
  const studio = useStudio()
  const { t, language } = useWords()
  const model = useFields(studio.model.store, 'card', 'status', 'loadingName')
  const data = useFields(studio.data.store, 'sample', 'fileName', 'summary')
  const { adapter, adapterName } = useFields(studio.try.store, 'adapter', 'adapterName')
  const goesOn = useStore(studio.train.store, (state) => state.continueAdapter)
  return (
    <div className={styles.ingredients}>
      <p className={room.lead}>{t('train.lead')}</p>
      <dl>
        <div>
          <dt>{t('room.model')}</dt>
          <dd>
            {model.card?.name ??
              (model.status === 'loading'
                ? t('phase.loadingName', { name: model.loadingName || t('model.builtin.name') })
                : t('rail.none'))}{' '}
            <a href="#/model">{t('change')}</a>
          </dd>
        </div>
        <div>
          <dt>{t('room.data')}</dt>
          <dd>
            {dataName(data, language) || t('rail.none')}
            {data.summary && <span className="muted"> · {t('rows', { n: data.summary.rowsKept })}</span>}{' '}
            <a href="#/data">{t('change')}</a>
          </dd>
        </div>
      </dl>
      {adapter && (
        <label className={form.option}>
          <input type="checkbox" checked={goesOn} onChange={(event) => studio.goOnFromAdapter(event.target.checked)} />
          <span>{t('train.continue', { name: adapterName })}</span>
        </label>
      )}
    </div>
  )
}
