import { useEffect, useRef } from 'react'

interface MenuItem {
  label: string
  perform: () => void
}

/** What a phone's bar of rooms covers at the bottom. */
const COVERED_PX = 72

/** A button that opens a short list of things to do: below it, or above where there is no room below. */
export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const details = useRef<HTMLDetailsElement>(null)
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    const close = (event: Event) => {
      const menu = details.current
      if (!menu?.open) return
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !menu.contains(event.target as Node))
        menu.open = false
    }
    const events = ['pointerdown', 'keydown', 'scroll'] as const
    for (const name of events) document.addEventListener(name, close, true)
    return () => {
      for (const name of events) document.removeEventListener(name, close, true)
    }
  }, [])
  const place = () => {
    const menu = details.current
    if (!menu || !list.current) return
    delete menu.dataset.up
    if (list.current.getBoundingClientRect().bottom > window.innerHeight - COVERED_PX) menu.dataset.up = ''
  }
  return (
    <details className="menu" ref={details} onToggle={place}>
      <summary aria-label={label} title={label}>
        ⋯
      </summary>
      <ul ref={list}>
        {items.map((item) => (
          <li key={item.label}>
            <button
              type="button"
              onClick={() => {
                if (details.current) details.current.open = false
                item.perform()
              }}
            >
              {item.label}
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}
