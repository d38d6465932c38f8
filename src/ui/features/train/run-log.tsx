import { useStore } from '../../read-store'
import { Part } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'

export function RunLog() {
  const studio = useStudio()
  const words = useWords()
  const log = useStore(studio.train.store, (state) => state.log)
  if (log.length === 0) return null
  return (
    <Part title={words.t('train.log')}>
      <ol className="run-log" tabIndex={0} aria-label={words.t('train.log')}>
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
