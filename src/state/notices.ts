import { createStore } from 'zustand/vanilla'
import type { SerializedError } from '../errors'
import type { MessageKey, Params } from '../i18n'
import { isAbort, serializeError } from './failure'

/** A sentence by key, so that switching the language changes what is already on the page. */
export interface Text {
  key: MessageKey
  params?: Params
}

export interface Notice {
  id: number
  text?: Text
  error?: SerializedError
  button?: { label: MessageKey; perform: () => void }
}

export interface NoticesState {
  list: Notice[]
}

/** Short messages at the edge of the page. Errors stay until dismissed; the rest leave by themselves. */
export function createNotices(lifetimeMs = 8000) {
  const store = createStore<NoticesState>(() => ({ list: [] }))
  let next = 1
  const dismiss = (id: number) => store.setState(({ list }) => ({ list: list.filter((notice) => notice.id !== id) }))
  const add = (notice: Omit<Notice, 'id'>) => {
    const id = next++
    store.setState(({ list }) => ({ list: [...list, { ...notice, id }].slice(-4) }))
    if (!notice.error) setTimeout(() => dismiss(id), lifetimeMs)
    return id
  }
  return {
    store,
    dismiss,
    say: (key: MessageKey, params?: Params, button?: Notice['button']) => add({ text: { key, params }, button }),
    /** Shows any thrown value; a cancelled action is no error. */
    fail: (error: unknown) => (isAbort(error) ? 0 : add({ error: serializeError(error) })),
  }
}
export type Notices = ReturnType<typeof createNotices>
