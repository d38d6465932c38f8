import { createStore, get, set, type UseStore } from 'idb-keyval'
import type { TuningReport, TuningStore } from '../contracts/tuning'

/** Reports in the browser's own database, by device. Opened when first asked: a browser may forbid it. */
export function browserTuningStore(): TuningStore {
  let opened: UseStore | null = null
  const store = (): UseStore => (opened ??= createStore('tunetab-tuning', 'reports'))
  return {
    read: async (key) => (await get<TuningReport>(key, store())) ?? null,
    write: async (report) => set(report.key, report, store()),
  }
}
