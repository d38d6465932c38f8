import { useWords } from '../../studio-context'
import type { ExportedFile } from '../../../contracts/exports'
import styles from './export.module.css'

export function FileList({ files }: { files: readonly ExportedFile[] }) {
  const { t, bytes } = useWords()
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  return (
    <table className={styles.fileList}>
      <caption className="visually-hidden">{t('export.files')}</caption>
      <tbody>
        {files.map((file) => (
          <tr key={file.path}>
            <th scope="row">
              <code>{file.path}</code>
            </th>
            <td className="num">{bytes(file.bytes)}</td>
          </tr>
        ))}
        <tr className={styles.total}>
          <th scope="row">{t('export.total')}</th>
          <td className="num">{bytes(total)}</td>
        </tr>
      </tbody>
    </table>
  )
}
