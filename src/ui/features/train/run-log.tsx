import type { LogLine } from '../../../state/log-line'
import { Part } from '../../kit/room'
import { useWords } from '../../studio-context'
import styles from './train.module.css'

/** What a run told on its way, the newest first. */
export function RunLog({ log }: { log: readonly LogLine[] }) {
  const words = useWords()
  if (log.length === 0) return null
  return (
    <Part title={words.t('train.log')}>
      <ol className={styles.runLog} tabIndex={0} aria-label={words.t('train.log')}>
        {[...log].reverse().map((line, i) => (
          <li key={log.length - i} data-level={line.level}>
            <time className="num muted">{new Date(line.time).toLocaleTimeString(words.locale)}</time>{' '}
            {typeof line.text === 'string' ? line.text : words.error(line.text)}
          </li>
        ))}
      </ol>
    </Part>
  )
}
