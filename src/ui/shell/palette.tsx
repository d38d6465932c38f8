import { useState } from 'react'
import { actions, isMeant } from '../actions'
import type { ActionId } from '../actions'
import { DialogFrame } from '../kit/dialog'
import { useStudio, useWords } from '../studio-context'
import { keyText } from './key-text'
import styles from './palette.module.css'

/** Every action by name: type a part of it, Enter does it. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const studio = useStudio()
  const { t } = useWords()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const labelOf = (id: ActionId) => t(actions[id].label, actions[id].params?.(studio))
  const found = (Object.keys(actions) as ActionId[]).filter(
    (id) => id !== 'page.palette' && actions[id].enabled(studio) && isMeant(actions[id], labelOf(id), query),
  )
  const perform = (id: ActionId | undefined) => {
    if (!id) return
    onClose()
    void actions[id].perform(studio)
  }
  return (
    <DialogFrame className={styles.palette} label={t('palette.label')} onClose={onClose}>
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] ? `palette-${found[at]}` : undefined}
        placeholder={t('palette.hint')}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          else if (event.key === 'Enter') perform(found[at])
          else return
          event.preventDefault()
        }}
      />
      <ul id="palette-list" role="listbox" aria-label={t('palette.label')}>
        {found.map((id, i) => (
          <li
            key={id}
            id={`palette-${id}`}
            role="option"
            aria-selected={i === at}
            onPointerMove={() => setAt(i)}
            onClick={() => perform(id)}
          >
            <span>{labelOf(id)}</span>
            {actions[id].keys && <kbd>{keyText(actions[id].keys)}</kbd>}
          </li>
        ))}
        {found.length === 0 && <li className="muted">{t('palette.nothing')}</li>}
      </ul>
    </DialogFrame>
  )
}
