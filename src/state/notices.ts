import { createStore } from 'zustand/vanilla'
import { fail } from '../errors'
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

/** A store without room is said once for all of them: which of them met it first, nobody needs to know. */
function toldOf(error: unknown): SerializedError {
  const told = serializeError(error)
  return told.code === 'storage-full' ? fail('browser-full', {}).toJSON() : told
}
const codes = (list: readonly Notice[]) => list.map(({ error }) => error?.code)

/**
 * Short messages at the edge of the page, the same words once. Errors stay until dismissed, or until the person does
 * something of the same kind again; the rest leave by themselves.
 */
export function createNotices(lifetimeMs = 8000) {
  const store = createStore<NoticesState>(() => ({ list: [] }))
  let next = 1
  const dismiss = (id: number) => store.setState(({ list }) => ({ list: list.filter((notice) => notice.id !== id) }))
  const add = (notice: Omit<Notice, 'id'>) => {
    const { list } = store.getState()
    // That a run is not kept says also that there is no room.
    if (notice.error?.code === 'browser-full' && codes(list).includes('run-unkept')) return 0
    const others = list.filter(
      (one) =>
        wordsOf(one) !== wordsOf(notice) &&
        !(notice.error?.code === 'run-unkept' && one.error?.code === 'browser-full'),
    )
    const id = next++
    store.setState({ list: [...others, { ...notice, id }].slice(-4) })
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
    fail: (error: unknown) => (isAbort(error) ? 0 : add({ error: toldOf(error) })),
    /** The same with what can be pressed about it. */
    offer: (error: unknown, button: NonNullable<Notice['button']>) => add({ error: toldOf(error), button }),
  }
}
export type Notices = ReturnType<typeof createNotices>
