import { createStore, delMany, entries, get, set } from 'idb-keyval'
import type { BlobFile } from './blob-folder'
import type { RunArchive, RunFilesKind, RunRecord } from './run-record'

const filesKey = (id: string, kind: RunFilesKind) => `${id}/${kind}`

/** Runs in IndexedDB. Records and files lie in two databases, so that listing never reads a file. */
export function openRunArchive(): RunArchive {
  const records = createStore('tunetab-runs', 'records')
  const files = createStore('tunetab-run-files', 'files')
  return {
    list: async () => (await entries<string, RunRecord>(records)).map(([, record]) => record),
    async put(record) {
      await set(record.id, record, records)
      // Asks that the browser clear other things first when the disk is full; it may say no.
      await navigator.storage?.persist?.()
    },
    putFiles: (id, kind, list) => set(filesKey(id, kind), [...list], files),
    files: async (id, kind) => (await get<BlobFile[]>(filesKey(id, kind), files)) ?? [],
    async remove(id) {
      await delMany([filesKey(id, 'adapter'), filesKey(id, 'merged')], files)
      await delMany([id], records)
    },
  }
}
