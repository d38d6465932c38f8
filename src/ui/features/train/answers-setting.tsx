import { useStore } from '../../read-store'
import { Segmented } from '../../kit/segmented'
import { useStudio, useWords } from '../../studio-context'
import styles from './train.module.css'

/** How often the model is asked on the way; a matter of the page, not of the run file. */
export function AnswersSetting() {
  const { prefs } = useStudio()
  const { t } = useWords()
  const answerEvery = useStore(prefs, (state) => state.answerEvery)
  return (
    <div className={styles.answersSetting}>
      <div className="row">
        <span>{t('answers.setting')}</span>
        <Segmented
          label={t('answers.setting')}
          value={String(answerEvery)}
          options={[
            { value: '0', label: t('answers.never') },
            { value: '0.25', label: t('answers.quarters') },
            { value: '0.1', label: t('answers.tenths') },
          ]}
          onChange={(value) => prefs.setState({ answerEvery: Number(value) })}
        />
      </div>
      <p className={styles.settingHelp}>{t('answers.help')}</p>
    </div>
  )
}
