import type { ReactNode } from 'react'
import type { SerializedError } from '../../errors'
import { useWords } from '../studio-context'
import styles from './note.module.css'

/** Cause, consequence and next action in the person's language; children are what can be pressed about it. */
export function ErrorNote({ error, children }: { error: SerializedError | null; children?: ReactNode }) {
  const words = useWords()
  if (!error) return null
  return (
    <div className={styles.error} role="alert">
      <p>{words.error(error)}</p>
      {children && <div className="row">{children}</div>}
    </div>
  )
}
