import { actions, localKeys } from '../actions'
import type { Action } from '../actions'
import { Button } from '../kit/button'
import { DialogClose, DialogFrame } from '../kit/dialog'
import type { MessageKey } from '../../i18n'
import { useWords } from '../studio-context'
import { keyText } from './key-text'
import styles from './key-list.module.css'

/** Every action that has a key, and the keys of what has the focus; two actions of one key share a line. */
export default function KeyList({ onClose }: { onClose: () => void }) {
  const { t } = useWords()
  const rows = new Map<string, MessageKey[]>()
  for (const { keys, label } of [...Object.values<Pick<Action, 'keys' | 'label'>>(actions), ...localKeys]) {
    if (keys) rows.set(keys, [...(rows.get(keys) ?? []), label])
  }
  return (
    <DialogFrame className={styles.keyList} label={t('keys.title')} onClose={onClose}>
      <h2>{t('keys.title')}</h2>
      <dl>
        {[...rows].map(([keys, labels]) => (
          <div key={keys}>
            <dt>
              <kbd>{keyText(keys)}</kbd>
            </dt>
            <dd>{labels.map((label) => t(label)).join(' · ')}</dd>
          </div>
        ))}
      </dl>
      <DialogClose render={<Button>{t('close')}</Button>} />
    </DialogFrame>
  )
}
