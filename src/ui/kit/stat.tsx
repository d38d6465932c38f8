import type { ReactNode } from 'react'
import { Term } from './term'
import styles from './stat.module.css'

interface StatProps {
  label: string
  /** One line for who does not know the word. */
  help?: string
  children: ReactNode
}

/** A number with what it counts below it. */
export function Stat({ label, help, children }: StatProps) {
  return (
    <div className={styles.stat}>
      <dt>{help ? <Term help={help}>{label}</Term> : label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
