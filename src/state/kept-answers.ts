import { createStore, entries, set, type UseStore } from 'idb-keyval'
import type { Answer, AnswerStore, TextLoss } from '../eval/run/asked'

/** Answers and losses in IndexedDB, so that a tab that was closed goes on where it was. */
export async function keptAnswers(): Promise<AnswerStore> {
  // Where there is no store (a private window), they are kept for the visit.
  const kept = await opened()
  const known = new Map(kept?.all ?? [])
  return {
    get: (key) => known.get(key),
    async put(key, made) {
      known.set(key, made)
      if (kept) await set(key, made, kept.store).catch(() => {})
    },
  }
}

async function opened(): Promise<{ store: UseStore; all: [string, Answer | TextLoss][] } | null> {
  try {
    const store = createStore('tunetab-scores', 'answers')
    return { store, all: await entries<string, Answer | TextLoss>(store) }
  } catch {
    return null
  }
}
