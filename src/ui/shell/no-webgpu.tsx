import type { SerializedError } from '../../errors'
import { useWords } from '../studio-context'
import { Preferences } from './preferences'
import styles from './shell.module.css'

/** The whole page where there is no GPU to work with: what that means and what to do. */
export function NoWebGpu({ error }: { error: SerializedError }) {
  const words = useWords()
  return (
    <main className={styles.noGpu}>
      <p className={styles.brand}>TuneTab</p>
      <h1>{words.t('nogpu.title')}</h1>
      <p role="alert">{words.error(error)}</p>
      <h2>{words.t('nogpu.what')}</h2>
      <ul>
        <li>{words.t('nogpu.chrome')}</li>
        <li>{words.t('nogpu.firefox')}</li>
        <li>{words.t('nogpu.safari')}</li>
        <li>{words.t('nogpu.linux')}</li>
        <li>{words.t('nogpu.https')}</li>
      </ul>
      <p className="muted">{words.t('nogpu.cli')}</p>
      <Preferences />
    </main>
  )
}
