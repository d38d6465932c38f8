import type { GpuSummary } from '../../../engine/api/types'
import { useFields, useStore } from '../../read-store'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import styles from './model.module.css'

const CLASSES = {
  forward: 'gpu.tuning.class.forward',
  backward: 'gpu.tuning.class.backward',
  attention: 'gpu.tuning.class.attention',
  'nf4 forward': 'gpu.tuning.class.nf4.forward',
  'nf4 backward': 'gpu.tuning.class.nf4.backward',
} as const

/** Which kernels the device took, with their figures, and a button to time them again. */
export function GpuTuning({ gpu }: { gpu: GpuSummary }) {
  const studio = useStudio()
  const { t, num, duration } = useWords()
  const { tuning, status } = useFields(studio.model.store, 'tuning', 'status')
  const running = useStore(studio.train.store, () => studio.running())
  const report = gpu.tuning
  return (
    <>
      {report ? (
        <table className={styles.tuning} aria-label={t('gpu.tuning.table')}>
          <thead>
            <tr>
              <th scope="col">{t('gpu.tuning.class')}</th>
              <th scope="col">{t('gpu.tuning.chosen')}</th>
              <th scope="col" className="num">
                GFLOP/s
              </th>
              <th scope="col">{t('gpu.tuning.others')}</th>
            </tr>
          </thead>
          <tbody>
            {report.classes.map(({ name, chosen, gflops, candidates }) => (
              <tr key={name}>
                <th scope="row">{t(CLASSES[name as keyof typeof CLASSES])}</th>
                <td>{chosen}</td>
                <td className="num">{num(gflops, { maximumSignificantDigits: 3 })}</td>
                <td className="muted">
                  {candidates
                    .filter(({ variant, gflops: rate }) => variant !== chosen && rate > 0)
                    .map(({ variant, gflops: rate }) => `${variant} ${num(rate, { maximumSignificantDigits: 3 })}`)
                    .join(t('mark.comma'))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p>{gpu.isSoftware ? t('gpu.tuning.defaults') : t('gpu.tuning.none')}</p>
      )}
      {gpu.refused.length > 0 && <p>{t('gpu.tuning.refused', { names: gpu.refused.join(t('mark.comma')) })}</p>}
      <p className="row">
        <Button disabled={tuning || running || status === 'loading'} onClick={() => void studio.model.tuneGpu()}>
          {tuning ? t('gpu.tuning.going') : report ? t('gpu.tuning.again') : t('gpu.tuning.start')}
        </Button>
        <span className="muted">
          {report
            ? t('gpu.tuning.took', { time: duration(report.milliseconds / 1000) })
            : gpu.isSoftware
              ? t('gpu.tuning.slow')
              : ''}
        </span>
      </p>
    </>
  )
}
