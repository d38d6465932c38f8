import { EXPORT_REPORT, parting } from '../../../verify/export-report'
import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import note from '../../kit/note.module.css'
import styles from './export.module.css'

/** Whether exports are asked before they leave. */
export function AsksOption() {
  const { exporting } = useStudio()
  const { t } = useWords()
  const { asks } = useFields(exporting.store, 'asks')
  return (
    <label className={form.option}>
      <input type="checkbox" checked={asks} onChange={(event) => exporting.setAsks(event.target.checked)} />
      <span>
        {t('export.asks')} <small className="muted">{t('export.asksHelp')}</small>
      </span>
    </label>
  )
}

/** What came of opening the last export again, where it is one of these kinds. */
export function ExportProof({ of }: { of: (kind: string) => boolean }) {
  const { exporting } = useStudio()
  const { t, error: explain } = useWords()
  const { report, unchecked } = useFields(exporting.store, 'report', 'unchecked')
  if (unchecked !== null && of(unchecked)) return <p role="status">{t('export.unchecked')}</p>
  if (!report || !of(report.kind)) return null
  const { readBack, read, answers, failed } = report
  return (
    <section aria-label={t('export.proof')} className={styles.proof}>
      {readBack && (
        <p className={readBack.damaged === null ? 'muted' : note.error} role="status">
          {readBack.damaged === null
            ? t('export.readBack', { count: readBack.files })
            : t('export.readDamaged', { file: readBack.damaged })}
        </p>
      )}
      {read && (
        <p className="muted">
          {read.tensors === undefined
            ? t('export.proofGguf', { by: read.by, architecture: read.architecture ?? '', layers: read.layers ?? 0 })
            : t('export.proofTensors', { by: read.by, n: read.tensors })}
        </p>
      )}
      {failed && <p className={note.error}>{explain(failed)}</p>}
      {answers && (
        <>
          <p className="muted">{t('export.proofAsked', { by: answers.by, n: answers.max_new_tokens })}</p>
          <table className={styles.answers}>
            <thead>
              <tr>
                <th scope="col">{t('export.proofQuestion')}</th>
                <th scope="col">{t('export.proofLive')}</th>
                <th scope="col">{t('export.proofFile')}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {answers.asked.map((asked) => {
                const at = parting(asked)
                return (
                  <tr key={asked.question}>
                    <th scope="row">{asked.question}</th>
                    <td>{asked.live}</td>
                    <td>{asked.file}</td>
                    <td className="muted">
                      {at === null ? t('export.proofSame') : t('export.proofParts', { at: at + 1 })}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
          <p className="muted">{t('export.proofTravels', { file: EXPORT_REPORT })}</p>
        </>
      )}
    </section>
  )
}
