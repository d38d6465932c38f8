import { lazy, Suspense, useId, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import styles from './term.module.css'

const OpenTooltip = lazy(() => import('./open-tooltip'))

/** A term of the field with its one-line explanation on hover and focus. */
export function Term({ children, help }: { children: ReactNode; help: string }) {
  const id = useId()
  const term = useRef<HTMLSpanElement>(null)
  const [open, setOpen] = useState(false)
  return (
    <span
      ref={term}
      className={styles.term}
      tabIndex={0}
      aria-describedby={id}
      onPointerEnter={() => setOpen(true)}
      onPointerLeave={() => setOpen(false)}
      onFocus={() => setOpen(true)}
      onBlur={() => setOpen(false)}
    >
      {children}
      <span id={id} hidden>
        {help}
      </span>
      {open && (
        <Suspense fallback={null}>
          <OpenTooltip anchor={term} text={help} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </span>
  )
}
