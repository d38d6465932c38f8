import type { Studio } from '../../state/studio'
import { actions } from '../actions'

/** Keys go to what is written in; Space also to what can be pressed. */
const isWithin = (target: EventTarget | null, selector: string) =>
  target instanceof Element && target.closest(selector) !== null
const WRITABLE =
  'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable], [role=dialog], ' +
  '[role=menu], [role=listbox], [role=combobox]'
const PRESSABLE = 'button, summary, input'

const withKeys = Object.values(actions).filter(({ keys }) => keys !== undefined)

/** A pressed key as the table of actions writes it. */
function keysOf(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key
  return event.ctrlKey || event.metaKey ? `Mod+${key}` : key
}

/** The keys of the actions, all over the window. Returns the way to end listening. */
export function listenToKeys(studio: Studio): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.altKey) return
    const pressed = keysOf(event)
    if (!pressed.startsWith('Mod+') && isWithin(event.target, WRITABLE)) return
    if (pressed === 'Space' && isWithin(event.target, PRESSABLE)) return
    const action = withKeys.find(({ keys, enabled }) => keys === pressed && enabled(studio))
    if (!action) return
    event.preventDefault()
    void action.perform(studio)
  }
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}
