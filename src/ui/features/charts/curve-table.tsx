import { useEffect, useRef } from 'react'
import type { CurvePoint } from '../../../state/curve'
import { Button } from '../../kit/button'
import { useWords } from '../../studio-context'

/** A page can hold this many rows without stumbling; the CSV has them all. */
const SHOWN_ROWS = 1000

export function CurveTable({ points, onClose }: { points: readonly CurvePoint[]; onClose: () => void }) {
  const { t, measure, num } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const shown = points.slice(-SHOWN_ROWS)
  return (
    <dialog ref={dialog} className="curve-table" aria-label={t('chart.table')} onClose={onClose}>
      <div className="part-head">
        <h2>{t('chart.table')}</h2>
        <Button onClick={() => dialog.current?.close()}>{t('close')}</Button>
      </div>
      {shown.length < points.length && <p className="muted">{t('chart.lastRows', { n: SHOWN_ROWS })}</p>}
      <div className="table-scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {['step', 'epoch', 'loss', 'grad_norm', 'learning_rate', 'num_tokens'].map((name) => (
                <th key={name} scope="col">
                  <code>{name}</code>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((point) => (
              <tr key={point.step}>
                <td>{num(point.step)}</td>
                <td>{point.epoch.toFixed(2)}</td>
                <td>{measure(point.loss)}</td>
                <td>{measure(point.grad_norm)}</td>
                <td>{measure(point.learning_rate)}</td>
                <td>{num(point.num_tokens)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </dialog>
  )
}
