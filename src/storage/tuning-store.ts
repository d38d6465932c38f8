import { createStore, get, set } from 'idb-keyval'
import type { TuningReport, TuningStore } from '../contracts/tuning'

/** Reports in the browser's own database, by device. */
export function browserTuningStore(): TuningStore {
  const store = createStore('tunetab-tuning', 'reports')
  return {
    read: async (key) => (await get<TuningReport>(key, store)) ?? null,
    write: (report) => set(report.key, report, store),
  }
}
