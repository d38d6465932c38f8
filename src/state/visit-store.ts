import { createStore, del, entries, get, keys, set } from 'idb-keyval'
import type { RunFile } from '../run-file/run-file'
import type { ColumnMapping } from '../contracts/data'
import { guardQuota } from '../storage/full-store'
import type { QueuedRun } from './run-queue'
import type { BlobFile } from './blob-folder'
import type { ScoreChoices } from './score-room'
import type { Answer } from './try-room'

/** What the rooms held when the page was left; what is not there was not left. */
export interface Visit {
  model?: { endpoint: string; id: string; revision: string } | null
  data?: { sample: string; mapping?: ColumnMapping } | { file: string; mapping?: ColumnMapping }
  /** Settings that the person made. */
  run?: RunFile | null
  answers?: Answer[]
  /** The second file that runs are judged by, by its key. */
  evalFile?: string | null
  /** What to score, of whose rows, who judges; the held-out file by its key. */
  scoring?: ScoreChoices & { file: string | null }
  /** Runs that wait for their turn, or had it. */
  queue?: QueuedRun[]
  /** The adapter on the model `modelId`: of a run, or files that were opened. */
  adapter?: { name: string; modelId: string; runId: string | null; files?: BlobFile[] } | null
}

/** Where a visit leaves its rooms for the next one. The page uses IndexedDB. */
export interface VisitStore {
  read(): Promise<Visit>
  put<K extends keyof Visit>(part: K, value: Visit[K]): Promise<void>
  /** Keeps a data file's bytes under its key (`dataFileKey`); one that is too large is not kept: false. */
  keepFile(file: File): Promise<boolean>
  file(key: string): Promise<File | null>
  /** Files under other keys go. */
  keepOnly(fileKeys: readonly string[]): Promise<void>
}

/** A larger data file is not copied into the browser. */
const MOST_FILE_BYTES = 512 << 20

/** The same name, length and time of change mean the same file. */
export const dataFileKey = (file: File): string => `${file.name}/${file.size}/${file.lastModified}`

export function openVisitStore(): VisitStore {
  const rooms = createStore('tunetab-visit', 'rooms')
  const files = createStore('tunetab-data-files', 'files')
  return {
    read: async () => Object.fromEntries(await entries<keyof Visit, unknown>(rooms)) as Visit,
    put: (part, value) => guardQuota(part, () => set(part, value, rooms)),
    async keepFile(file) {
      if (file.size > MOST_FILE_BYTES) return false
      const key = dataFileKey(file)
      // A copy of the bytes: the file itself may be moved or changed before the next visit.
      const copy = async () => new File([await file.arrayBuffer()], file.name, { lastModified: file.lastModified })
      if (!(await keys(files)).includes(key)) await guardQuota(file.name, async () => set(key, await copy(), files))
      return true
    },
    file: async (key) => (await get<File>(key, files)) ?? null,
    async keepOnly(fileKeys) {
      for (const key of await keys<string>(files)) if (!fileKeys.includes(key)) await del(key, files)
    },
  }
}
