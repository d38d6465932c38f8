import type { Studio } from '../../state/studio'
import { ROOMS } from '../../state/router'
import { actions } from '../actions'

export interface Overlays {
  openPalette: () => void
  openKeys: () => void
}

/** Space belongs to what is focused when that is something to press or to write in. */
const usesKeys = (target: EventTarget | null) =>
  target instanceof Element && target.closest('input, textarea, select, button, a, summary, [contenteditable], dialog[open]') !== null

/** Keys of the whole window. Returns the way to end listening. */
export function listenToKeys(studio: Studio, overlays: Overlays): () => void {
  const onKey = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      overlays.openPalette()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || usesKeys(event.target)) return
    if (event.key === '?') overlays.openKeys()
    else if (event.key === ' ') {
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
