import { useStore } from '../read-store'
import { languages } from '../../i18n'
import { aboutLanguage } from '../../i18n/languages'
import { Segmented } from '../kit/segmented'
import { useStudio, useWords } from '../studio-context'
import styles from './shell.module.css'

export function Preferences() {
  const { prefs, chooseLanguage } = useStudio()
  const { t } = useWords()
  const language = useStore(prefs, (state) => state.language)
  const theme = useStore(prefs, (state) => state.theme)
  return (
    <div className={styles.preferences}>
      <Segmented
        label={t('prefs.language')}
        value={language}
        options={languages.map((value) => ({ value, label: aboutLanguage(value).name }))}
        onChange={(value) => void chooseLanguage(value)}
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
