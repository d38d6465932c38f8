import { createStore, delMany, entries, get, set } from 'idb-keyval'
import { folderOf, listCheckpoints, pruneCheckpoints } from '../formats/checkpoint-folder'
import { subFolder } from '../formats/folders'
import { guardQuota, isStoreFull } from '../storage/full-store'
import { hasOpfs } from '../storage/opfs'
import { checkpointPlace, removeCheckpoints, runsWithCheckpoints } from '../storage/opfs-checkpoints'
import type { BlobFile } from './blob-folder'
import { holdLock, locksHeld } from '../storage/locks'
import type { RunArchive, RunFilesKind, RunRecord } from './run-record'
import { readRecord } from './run-record'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../contracts/file-names'

const filesKey = (id: string, kind: RunFilesKind) => `${id}/${kind}`

/** Runs in IndexedDB. Records and files lie in two databases, so that listing never reads a file. */
export function openRunArchive(): RunArchive {
  const records = createStore('tunetab-runs', 'records')
  const files = createStore('tunetab-run-files', 'files')
  return {
    list: async () => (await entries<string, RunRecord>(records)).map(([, record]) => readRecord(record)),
    async put(record) {
      await guardQuota(record.name, () => set(record.id, record, records))
      // Asks that the browser clear other things first when the disk is full. Not waited for: Firefox asks the person,
      // who may leave the question open.
      void navigator.storage?.persist?.().catch(() => {})
    },
    putFiles: (id, kind, list) => guardQuota(list[0]?.path ?? kind, () => set(filesKey(id, kind), [...list], files)),
    removeFiles: (id, kind) => delMany([filesKey(id, kind)], files),
    files: async (id, kind) => (await get<BlobFile[]>(filesKey(id, kind), files)) ?? [],
    async remove(id) {
      await delMany([filesKey(id, 'adapter'), filesKey(id, 'merged')], files)
      if (hasOpfs()) await removeCheckpoints(id)
      await delMany([id], records)
    },
    async checkpoints(id) {
      const listed = hasOpfs()
        ? await guardQuota(id, async () => listCheckpoints(await checkpointPlace(id))).catch(noneIfFull)
        : []
      const all = listed.filter(({ whole }) => whole)
      return { steps: all.map(({ step }) => step), bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    checkpointFolder: async (id, step) => subFolder(await checkpointPlace(id), folderOf(step)),
    async checkpointAdapter(id, step) {
      const place = await checkpointPlace(id)
      const names = [ADAPTER_CONFIG, ADAPTER_WEIGHTS]
      const found = await Promise.all(
        names.map(async (path) => ({ path, blob: await place.file(`${folderOf(step)}/${path}`) })),
      )
      return found.flatMap(({ path, blob }) => (blob ? [{ path, blob }] : []))
    },
    async tidyCheckpoints(id, rules) {
      if (!hasOpfs()) return
      await pruneCheckpoints(await checkpointPlace(id), rules, { finished: true })
    },
    async dropStrayCheckpoints(ids) {
      if (!hasOpfs()) return
      for (const id of await runsWithCheckpoints()) if (!ids.includes(id)) await removeCheckpoints(id)
    },
    hold: (id) => holdLock(lockOf(id)),
    held: async () =>
      (await locksHeld()).filter((name) => name.startsWith(lockOf(''))).map((name) => name.slice(lockOf('').length)),
  }
}

/** Where there was no room for even a folder, there is no checkpoint. */
function noneIfFull(error: unknown): [] {
  if (isStoreFull(error)) return []
  throw error
}

const lockOf = (id: string) => `tunetab-run:${id}`
