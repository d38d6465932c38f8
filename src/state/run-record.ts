import type { TrainOutcome } from '../engine/types'
import type { RunFile } from '../train/run-file'
import type { BlobFile } from './blob-folder'
import type { CurvePoint } from './curve'

/** What is kept of a run in the browser, files aside. */
export interface RunRecord {
  id: string
  name: string
  /** Milliseconds since 1970, when the run began. */
  startedAt: number
  model: { id: string; name: string; source: string }
  data: { name: string; rows: number }
  run: RunFile
  curve: CurvePoint[]
  reason: TrainOutcome['reason']
  steps: number
  seconds: number
  trainLoss: number
  trainerState: Record<string, unknown>
  /** Bytes of the files kept beside it; 0 = none. */
  adapterBytes: number
  mergedBytes: number
  /** Set when deleted: it leaves the list at once and the browser at the next visit, so that undo is free. */
  deletedAt?: number
}

export type RunFilesKind = 'adapter' | 'merged'

/** Where runs are kept. The page uses IndexedDB. */
export interface RunArchive {
  list(): Promise<RunRecord[]>
  put(record: RunRecord): Promise<void>
  putFiles(id: string, kind: RunFilesKind, files: readonly BlobFile[]): Promise<void>
  files(id: string, kind: RunFilesKind): Promise<BlobFile[]>
  /** The record and its files, for good. */
  remove(id: string): Promise<void>
}

export function bytesOf(files: readonly BlobFile[]): number {
  return files.reduce((sum, file) => sum + file.blob.size, 0)
}
