import { useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import type { DataSummary } from '../../../contracts/data'
import styles from './data.module.css'

/** Rows by length, with the line where max_length cuts. */
export function LengthHistogram({ summary }: { summary: DataSummary }) {
  const { t, num } = useWords()
  const cut = useStore(useStudio().train.store, (state) => state.run.max_length)
  const { histogram, truncatedRows, longest } = summary
  const end = histogram.at(-1)?.to ?? 1
  const most = Math.max(1, ...histogram.map(({ count }) => count))
  const text =
    truncatedRows > 0 ? t('data.histogramCut', { n: truncatedRows, cut }) : t('data.histogramFits', { longest, cut })
  return (
    <figure className={styles.histogram}>
      <div className={styles.bars} role="img" aria-label={t('data.lengths')} aria-description={text}>
        {histogram.map((bin) => (
          <span
            key={bin.from}
            title={t('data.bin', { from: num(bin.from + 1), to: num(bin.to), n: bin.count })}
            className={bin.from >= cut ? `${styles.bar} ${styles.barCut}` : styles.bar}
            style={{ blockSize: `${(bin.count / most) * 100}%` }}
          />
        ))}
        {cut <= end && <span className={styles.cutLine} style={{ insetInlineStart: `${(cut / end) * 100}%` }} />}
      </div>
      <div className={`${styles.barsScale} num`}>
        <span>{num(histogram[0]?.from ?? 0)}</span>
        <span>{t('tokens', { n: end })}</span>
      </div>
      <figcaption className="muted">{text}</figcaption>
    </figure>
  )
}
