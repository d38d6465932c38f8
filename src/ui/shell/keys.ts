import type { Studio } from '../../state/studio'
import { ROOMS } from '../../state/router'
import { actions } from '../actions'

export interface Overlays {
  openPalette: () => void
  openKeys: () => void
}

/** Keys go to what is written in; Space also to what can be pressed. */
const isWithin = (target: EventTarget | null, selector: string) =>
  target instanceof Element && target.closest(selector) !== null
const WRITABLE =
  'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable], dialog[open]'
const PRESSABLE = 'button, summary, input'

/** Keys of the whole window. Returns the way to end listening. */
export function listenToKeys(studio: Studio, overlays: Overlays): () => void {
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      overlays.openPalette()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isWithin(event.target, WRITABLE)) return
    if (event.key === '?') overlays.openKeys()
    else if (event.key === ' ') {
      if (isWithin(event.target, PRESSABLE)) return
      const action = [actions['train.pause'], actions['train.resume']].find((candidate) => candidate.enabled(studio))
      if (!action) return
      event.preventDefault()
      void action.perform(studio)
    } else {
      const room = ROOMS[Number(event.key) - 1]
      if (room) studio.router.go(room)
    }
  }
  window.addEventListener('keydown', onKey)
  return () => window.removeEventListener('keydown', onKey)
}
