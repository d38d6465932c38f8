import { useId } from 'react'
import type { ReactNode } from 'react'

/** A term of the field with its one-line explanation on hover and focus. */
export function Term({ children, help }: { children: ReactNode; help: string }) {
  const id = useId()
  return (
    <span className="term" tabIndex={0} aria-describedby={id}>
      {children}
      <span className="term-help" role="tooltip" id={id}>
        {help}
      </span>
    </span>
  )
}
