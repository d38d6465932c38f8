import { createStore } from 'zustand/vanilla'

/** The rooms in the order of the work. */
export const ROOMS = ['model', 'data', 'train', 'try', 'score', 'export', 'runs'] as const
export type Room = (typeof ROOMS)[number]

/** `#/train` -> 'train'; anything else -> null. Case and a trailing slash do not matter. */
export function roomOfHash(hash: string): Room | null {
  const name = hash
    .replace(/^#\/?/, '')
    .replace(/[/?].*$/, '')
    .toLowerCase()
  return (ROOMS as readonly string[]).includes(name) ? (name as Room) : null
}

/** The run file carried by a link `#/train?run=...`, or null. */
export function sharedRunOfHash(hash: string): unknown {
  const value = new URLSearchParams(hash.split('?')[1] ?? '').get('run')
  if (!value) return null
  try {
    return JSON.parse(value)
  } catch {
    return null
  }
}

/** What of a room an address names: `#/runs/ID` -> 'ID'; null for the room itself. */
function itemOfHash(hash: string): string | null {
  const item = /^#\/\w+\/([^/?]+)/.exec(hash)?.[1]
  return item ? decodeURIComponent(item) : null
}

export interface RouteState {
  room: Room
  item: string | null
}

/** Follows the address bar; `go` writes it, so that the back button works. */
export function createRouter(window: Window, start: Room) {
  const store = createStore<RouteState>(() => placeOf(window.location.hash, start))
  window.addEventListener('hashchange', () => {
    // Back to the address without a hash is back to where the visit began.
    store.setState(placeOf(window.location.hash, start))
  })
  return {
    store,
    go(room: Room) {
      const now = placeOf(window.location.hash, start)
      if (roomOfHash(window.location.hash) !== room || now.item !== null) window.location.hash = `#/${room}`
      store.setState({ room, item: null })
    },
  }
}
const placeOf = (hash: string, start: Room): RouteState => ({ room: roomOfHash(hash) ?? start, item: itemOfHash(hash) })

export type Router = ReturnType<typeof createRouter>
