import { useStore } from 'zustand'
import { Segmented } from '../kit/segmented'
import { useStudio, useWords } from '../studio-context'

export function Preferences() {
  const { prefs } = useStudio()
  const { t } = useWords()
  const language = useStore(prefs, (state) => state.language)
  const theme = useStore(prefs, (state) => state.theme)
  return (
    <div className="preferences">
      <Segmented
        label={t('prefs.language')}
        value={language}
        options={[
          { value: 'en', label: 'English' },
          { value: 'zh', label: '中文' },
        ]}
        onChange={(value) => prefs.setState({ language: value })}
      />
      <Segmented
        label={t('prefs.theme')}
        value={theme}
        options={[
          { value: 'auto', label: t('prefs.auto') },
          { value: 'light', label: t('prefs.light') },
          { value: 'dark', label: t('prefs.dark') },
        ]}
        onChange={(value) => prefs.setState({ theme: value })}
      />
    </div>
  )
}
