import type { MessageKey } from '../../../i18n'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { ExportProof } from './export-proof'
import { FileList } from './file-list'
import styles from './export.module.css'

/** Those with a door of their own above. */
const OWN_DOORS = ['peft', 'safetensors']

/** A door for every other format that the loaded model can be taken along in, and why not for the rest. */
export function Formats() {
  const studio = useStudio()
  const { t, bytes, error: explain } = useWords()
  const offers = useStore(studio.model.store, (state) => state.card?.exports)
  const { format, busy } = useFields(studio.exporting.store, 'format', 'busy')
  const running = useStore(studio.train.store, () => studio.running())
  return (
    <Part title={t('export.formats')}>
      <p>{t('export.formatsText')}</p>
      <table className={styles.fileList}>
        <tbody>
          {(offers ?? [])
            .filter(({ kind }) => !OWN_DOORS.includes(kind))
            .map(({ kind, bytes: size, obstacle }) => {
              const name = t(`format.${kind}` as MessageKey)
              return (
                <tr key={kind}>
                  <th scope="row">
                    {name}
                    {obstacle && <small className="muted"> {explain(obstacle)}</small>}
                  </th>
                  <td className="num">{size === null ? '' : bytes(size)}</td>
                  <td>
                    <Button
                      disabled={obstacle !== null || busy !== null || running}
                      title={t('export.format', { format: name })}
                      onClick={() => void studio.downloadFormat(kind)}
                    >
                      <code>{kind}</code>
                    </Button>
                  </td>
                </tr>
              )
            })}
        </tbody>
      </table>
      {format && <FileList files={format.files} />}
      <ExportProof of={(kind) => !OWN_DOORS.includes(kind)} />
    </Part>
  )
}
