import styles from './progress-bar.module.css'

interface ProgressBarProps {
  label: string
  done: number
  /** 0 = unknown: the bar moves without saying how far. */
  total: number
}

export function ProgressBar({ label, done, total }: ProgressBarProps) {
  const share = total > 0 ? Math.min(1, done / total) : null
  return (
    <div
      className={share === null ? `${styles.progress} ${styles.unknown}` : styles.progress}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <span style={{ inlineSize: share === null ? '30%' : `${share * 100}%` }} />
    </div>
  )
}
