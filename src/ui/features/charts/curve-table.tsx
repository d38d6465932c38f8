import { FIGURE_NAMES } from '../../../contracts/figures'
import type { CurvePoint } from '../../../state/curve'
import { Button } from '../../kit/button'
import { DialogClose, DialogFrame } from '../../kit/dialog'
import { useWords } from '../../studio-context'
import { figureText } from './figure-text'
import room from '../../kit/room.module.css'
import styles from './charts.module.css'

/** A page can hold this many rows without stumbling; the CSV has them all. */
const SHOWN_ROWS = 1000

export default function CurveTable({ points, onClose }: { points: readonly CurvePoint[]; onClose: () => void }) {
  const words = useWords()
  const { t } = words
  const shown = points.slice(-SHOWN_ROWS)
  return (
    <DialogFrame className={styles.curveTable} label={t('chart.table')} onClose={onClose}>
      <div className={room.partHead}>
        <h2>{t('chart.table')}</h2>
        <DialogClose render={<Button>{t('close')}</Button>} />
      </div>
      {shown.length < points.length && <p className="muted">{t('chart.lastRows', { n: SHOWN_ROWS })}</p>}
      <div className="table-scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {FIGURE_NAMES.map((name) => (
                <th key={name} scope="col" title={t(`figure.${name}`)}>
                  <code>{name}</code>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((point) => (
              <tr key={point.step}>
                {FIGURE_NAMES.map((name) => (
                  <td key={name}>{figureText(words, name, point[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </DialogFrame>
  )
}
