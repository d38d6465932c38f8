import { Button } from '../../kit/button'
import { useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './train.module.css'

/** Of settings that were made for another trainer: what was read, and what could not be taken over. */
export function LeftOut() {
  const studio = useStudio()
  const words = useWords()
  const [read, ...left] = useStore(studio.train.store, (state) => state.left)
  if (!read) return null
  return (
    <section className={styles.leftOut} aria-label={words.t('train.leftOut')}>
      <p>{words.error(read)}</p>
      {left.length > 0 && (
        <ul>
          {left.map((one, i) => (
            <li key={i}>{words.error(one)}</li>
          ))}
        </ul>
      )}
      <Button kind="quiet" onClick={studio.train.dismissLeft}>
        {words.t('train.leftOutDone')}
      </Button>
    </section>
  )
}
