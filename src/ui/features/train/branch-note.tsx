import { Button } from '../../kit/button'
import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './train.module.css'

/** Settings that belong to a branch of an earlier run, or carry what was changed in one. */
export function BranchNote() {
  const studio = useStudio()
  const { t } = useWords()
  const { branch, run } = useFields(studio.train.store, 'branch', 'run')
  if (branch) {
    return (
      <div className={styles.leftOut}>
        <p>{t('branch.note', { name: branch.record.name, step: branch.step })}</p>
        <Button kind="quiet" onClick={() => studio.train.setBranch(null)}>
          {t('branch.cancel')}
        </Button>
      </div>
    )
  }
  if (run.history.length === 0) return null
  return (
    <div className={styles.leftOut}>
      <p>{t('branch.history', { n: run.history.length })}</p>
      <Button kind="quiet" onClick={() => studio.train.setRun({ ...run, history: [] })}>
        {t('branch.withoutHistory')}
      </Button>
    </div>
  )
}
