import { useSyncExternalStore } from 'react'
import { actions } from '../actions'
import type { ActionId } from '../actions'
import { useStudio, useWords } from '../studio-context'
import { Button } from './button'

interface ActionButtonProps {
  id: ActionId
  kind?: 'primary' | 'plain' | 'quiet'
  className?: string
}

/** A button for an action of the palette: same words, same condition, same effect. */
export function ActionButton({ id, kind, className }: ActionButtonProps) {
  const studio = useStudio()
  const { t } = useWords()
  const action = actions[id]
  const enabled = useSyncExternalStore(studio.subscribe, () => action.enabled(studio))
  return (
    <Button kind={kind} className={className} disabled={!enabled} onClick={() => void action.perform(studio)}>
      {t(action.labelNow?.(studio) ?? action.label, action.params?.(studio))}
    </Button>
  )
}
