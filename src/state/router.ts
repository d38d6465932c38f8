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

export interface RouteState {
  room: Room
}

/** Follows the address bar; `go` writes it, so that the back button works. */
export function createRouter(window: Window, start: Room) {
  const store = createStore<RouteState>(() => ({ room: roomOfHash(window.location.hash) ?? start }))
  window.addEventListener('hashchange', () => {
    // Back to the address without a hash is back to where the visit began.
    store.setState({ room: roomOfHash(window.location.hash) ?? start })
  })
  return {
    store,
    go(room: Room) {
      if (roomOfHash(window.location.hash) !== room) window.location.hash = `#/${room}`
      store.setState({ room })
    },
  }
}
export type Router = ReturnType<typeof createRouter>
