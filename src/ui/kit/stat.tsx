import type { ReactNode } from 'react'
import { Term } from './term'

interface StatProps {
  label: string
  /** One line for who does not know the word. */
  help?: string
  children: ReactNode
}

/** A number with what it counts below it. */
export function Stat({ label, help, children }: StatProps) {
  return (
    <div className="stat">
      <dt>{help ? <Term help={help}>{label}</Term> : label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
