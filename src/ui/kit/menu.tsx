import { lazy, Suspense, useRef, useState } from 'react'
import type { MenuItem } from './open-menu'
import styles from './menu.module.css'

const OpenMenu = lazy(() => import('./open-menu'))

/** A button that opens a short list of things to do; the list is fetched when it is first opened. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        ref={button}
        type="button"
        className={styles.button}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        ⋯
      </button>
      {open && (
        <Suspense fallback={null}>
          <OpenMenu anchor={button} label={label} items={items} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
