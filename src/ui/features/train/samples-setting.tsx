import { useStore } from 'zustand'
import { Segmented } from '../../kit/segmented'
import { useStudio, useWords } from '../../studio-context'

/** How often the model is asked on the way; a matter of the page, not of the run file. */
export function SamplesSetting() {
  const { prefs } = useStudio()
  const { t } = useWords()
  const sampleEvery = useStore(prefs, (state) => state.sampleEvery)
  return (
    <div className="samples-setting">
      <div className="row">
        <span>{t('samples.setting')}</span>
        <Segmented
          label={t('samples.setting')}
          value={String(sampleEvery)}
          options={[
            { value: '0', label: t('samples.never') },
            { value: '0.25', label: t('samples.quarters') },
            { value: '0.1', label: t('samples.tenths') },
          ]}
          onChange={(value) => prefs.setState({ sampleEvery: Number(value) })}
        />
      </div>
      <p className="setting-help">{t('samples.help')}</p>
    </div>
  )
}
