import { useEffect, useRef } from 'react'
import { Button } from '../kit/button'
import type { MessageKey } from '../../i18n'
import { useWords } from '../studio-context'

const rows: [string, MessageKey][] = [
  ['Ctrl / ⌘ K', 'keys.palette'],
  ['Space', 'keys.pause'],
  ['1 – 6', 'keys.rooms'],
  ['Ctrl / ⌘ Enter', 'keys.send'],
  ['← →', 'keys.tokens'],
  ['?', 'keys.list'],
  ['Esc', 'keys.close'],
]

export function KeyList({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open) dialog.current?.showModal()
  }, [open])
  if (!open) return null
  return (
    <dialog ref={dialog} className="key-list" aria-label={t('keys.title')} onClose={onClose}>
      <h2>{t('keys.title')}</h2>
      <dl>
        {rows.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
      <Button onClick={() => dialog.current?.close()}>{t('close')}</Button>
    </dialog>
  )
}
