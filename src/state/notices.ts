import { createStore } from 'zustand/vanilla'
import type { SerializedError } from '../errors'
import type { MessageKey, Params } from '../i18n'
import { isAbort, serializeError } from './failure'

/** A sentence by key, so that switching the language changes what is already on the page. */
interface Text {
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

/** What two notices with the same words have in common. */
const wordsOf = ({ text, error }: Omit<Notice, 'id'>) =>
  JSON.stringify(error ? [error.code, error.params, error.message] : [text?.key, text?.params])
/** What a notice is about: the first word of its key or code. What was not foreseen may be about anything. */
const areaOf = ({ text, error }: Notice) => (error?.code ?? text?.key ?? '').split(/[.-]/)[0]

/**
 * Short messages at the edge of the page, the same words once. Errors stay until dismissed, or until the person does
 * something of the same kind again; the rest leave by themselves.
 */
export function createNotices(lifetimeMs = 8000) {
  const store = createStore<NoticesState>(() => ({ list: [] }))
  let next = 1
  const dismiss = (id: number) => store.setState(({ list }) => ({ list: list.filter((notice) => notice.id !== id) }))
  const add = (notice: Omit<Notice, 'id'>) => {
    const id = next++
    store.setState(({ list }) => ({
      list: [...list.filter((one) => wordsOf(one) !== wordsOf(notice)), { ...notice, id }].slice(-4),
    }))
    if (!notice.error) setTimeout(() => dismiss(id), lifetimeMs)
    return id
  }
  return {
    store,
    dismiss,
    /** A new try begins: what earlier ones in these areas said is over. */
    clear: (...areas: string[]) =>
      store.setState(({ list }) => ({
        list: list.filter((notice) => ![...areas, 'unexpected'].includes(areaOf(notice))),
      })),
    say: (key: MessageKey, params?: Params, button?: Notice['button']) => add({ text: { key, params }, button }),
    /** Shows any thrown value; a cancelled action is no error. */
    fail: (error: unknown) => (isAbort(error) ? 0 : add({ error: serializeError(error) })),
    /** The same with what can be pressed about it. */
    offer: (error: unknown, button: NonNullable<Notice['button']>) => add({ error: serializeError(error), button }),
  }
}
export type Notices = ReturnType<typeof createNotices>
