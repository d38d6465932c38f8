import { useFields, useStore } from '../../read-store'
import { fail } from '../../../errors'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import { pickFile } from '../../files'
import note from '../../kit/note.module.css'

/** By which rows a run is judged, a share of the data or a second file, and those of them that are trained on, too. */
export function HeldOutRows() {
  const studio = useStudio()
  const words = useWords()
  const { t, num } = words
  const { plan, evalFile } = useFields(studio.train.store, 'plan', 'evalFile')
  const excluded = useStore(studio.train.store, ({ run }) => run.exclude_rows)
  const choose = async () => {
    const file = await pickFile(['.json', '.jsonl', '.ndjson', '.csv', '.tsv', '.txt', '.gz'])
    if (file) await studio.openEvalFile(file)
  }
  return (
    <section aria-label={t('heldOut.title')}>
      <p className="muted">
        {evalFile
          ? t('heldOut.file', { name: evalFile.name, n: num(evalFile.rows) })
          : plan && plan.heldOut > 0
            ? t('heldOut.share', { n: num(plan.heldOut) })
            : t('heldOut.none')}{' '}
        <Button kind="quiet" onClick={() => void choose().catch(studio.notices.fail)}>
          {t('heldOut.choose')}
        </Button>
        {evalFile && (
          <Button kind="quiet" onClick={() => void studio.openEvalFile(null)}>
            {t('heldOut.remove')}
          </Button>
        )}
      </p>
      {excluded.length > 0 && (
        <p className="muted">
          {t('rows.outInPlan', { n: excluded.length })}{' '}
          <Button kind="quiet" onClick={() => studio.excludeRows(excluded, false)}>
            {t('rows.allIn')}
          </Button>
        </p>
      )}
      {plan && plan.overlap.length > 0 && (
        <p className={note.warning}>
          {words.error(fail('eval-overlap', { overlap: plan.overlap }).toJSON())}{' '}
          <Button onClick={() => studio.train.enter('eval_drop_overlap', true)}>{t('heldOut.drop')}</Button>
        </p>
      )}
    </section>
  )
}
