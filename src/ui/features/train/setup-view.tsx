import { useEffect } from 'react'
import { useFields, useStore } from '../../read-store'
import { presetFor } from '../../../state/presets'
import { firstWrong } from '../../../state/settings'
import { recommendedRun } from '../../../run-file/run-file'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { Segmented } from '../../kit/segmented'
import { useStudio, useWords } from '../../studio-context'
import { BranchNote } from './branch-note'
import { FieldInput } from './field-input'
import { fieldGroups } from './fields'
import { HeldOutRows } from './held-out-rows'
import { Ingredients } from './ingredients'
import { InterruptedRun } from './interrupted-run'
import { LeftOut } from './left-out'
import { PlanView } from './plan-view'
import { QueuePanel } from './queue-panel'
import { AnswersSetting } from './answers-setting'
import note from '../../kit/note.module.css'
import styles from './train.module.css'

const simpleFields = fieldGroups.flatMap((group) => group.fields).filter((field) => field.simple)

/** Before a run: what would happen on one side, how to change it on the other. */
export function SetupView() {
  const studio = useStudio()
  const words = useWords()
  const { t } = words
  const level = useStore(studio.prefs, (prefs) => prefs.level)
  const { warnings, touched, run, wrong, attention } = useFields(
    studio.train.store,
    'warnings',
    'touched',
    'run',
    'wrong',
    'attention',
  )
  const isSample = useStore(studio.data.store, (state) => state.sample !== null)
  const card = useStore(studio.model.store, (state) => state.card)
  const isHidden = level === 'simple' && attention !== null && !simpleFields.some(({ path }) => path === attention)
  useEffect(() => {
    if (isHidden) studio.prefs.setState({ level: 'advanced' })
  }, [isHidden, studio])
  const link = () => {
    const address = new URL(window.location.href)
    address.hash = `#/train?run=${encodeURIComponent(JSON.stringify(run))}`
    return navigator.clipboard.writeText(address.href).then(() => studio.notices.say('train.linkCopied'))
  }
  const levels = (
    <Segmented
      label={t('train.level')}
      value={level}
      options={[
        { value: 'simple', label: t('train.simple') },
        { value: 'advanced', label: t('train.advanced') },
      ]}
      onChange={(value) => studio.prefs.setState({ level: value })}
    />
  )
  return (
    <div className={styles.setup}>
      <div>
        <InterruptedRun />
        <Ingredients />
        <PlanView />
        <HeldOutRows />
        <AnswersSetting />
        <QueuePanel />
      </div>
      <div>
        <Part title={t('train.settings')} aside={levels}>
          <BranchNote />
          <LeftOut />
          {warnings.map((warning, i) => (
            <p key={i} className={note.warning}>
              {words.error(warning)}
            </p>
          ))}
          {level === 'simple' ? (
            <div className={styles.settings}>
              {simpleFields.map((field) => (
                <FieldInput key={field.path} field={field} plainName={field.simple} />
              ))}
            </div>
          ) : (
            fieldGroups.map((group) => (
              <div key={group.title} className={styles.settingsGroup}>
                <h3>{t(group.title)}</h3>
                <div className={styles.settings}>
                  {group.fields.map((field) => (
                    <FieldInput key={field.path} field={field} />
                  ))}
                </div>
              </div>
            ))
          )}
          <p className={styles.settingHelp}>
            {t('train.openHint')} <span className={styles.byMouse}>{t('train.openHintDrop')}</span>
          </p>
          <div className={`row ${styles.settingsFoot}`}>
            <ActionButton id="train.openRunFile" />
            <ActionButton id="train.saveRunFile" />
            <Button onClick={() => void link().catch(studio.notices.fail)}>{t('train.copyLink')}</Button>
            {(touched || firstWrong(wrong)) && (
              <Button
                kind="quiet"
                onClick={() => studio.train.resetRun(card ? presetFor(card, isSample) : recommendedRun)}
              >
                {t('train.reset')}
              </Button>
            )}
          </div>
        </Part>
      </div>
    </div>
  )
}
