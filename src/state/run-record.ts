import type { TrainOutcome } from '../engine/api/types'
import type { CheckpointRules } from '../formats/checkpoint-folder'
import type { DataTokens } from '../run-file/run-facts'
import type { RunFile } from '../run-file/run-file'
import type { PackedSeen } from './seen-rows'
import type { BlobFile } from './blob-folder'
import type { CurvePoint } from './curve'
import type { LogLine } from './log-line'
import type { ColumnMapping } from '../contracts/data'
import type { FileFolder } from '../contracts/bytes'
import type { EvalRow } from '../contracts/evaluation'
import type { RowAnswer } from '../contracts/events'

/** An answer with the step after which it was taken. */
export type AnswerRecord = RowAnswer & { step: number }

/**
 * What is kept of a run in the browser, files aside. It is there from the first step on, so that a closed tab loses
 * nothing of it.
 */
export interface RunRecord {
  id: string
  name: string
  tags?: string[]
  /** Milliseconds since 1970, when the run began. */
  startedAt: number
  model: { id: string; name: string; source: string; revision?: string; endpoint?: string }
  /**
   * `sample` or `file` say where the rows came from, `kept` under which key the file's bytes are kept; `mapping` only
   * where the person chose it; `evalFile` is a second file that the run is judged by.
   */
  data: {
    name: string
    rows: number
    tokens?: DataTokens
    license?: string
    sample?: string
    file?: string
    kept?: string
    mapping?: ColumnMapping
    evalFile?: { name: string; kept?: string }
  }
  run: RunFile
  curve: CurvePoint[]
  answers?: AnswerRecord[]
  log?: LogLine[]
  /** Losses of rows as they were trained. */
  seen?: PackedSeen
  /** Of the held-out rows, in order. */
  evaluations?: EvalRow[]
  /** running: in a tab that is open; interrupted: in one that is not; failed: its numbers broke. */
  reason: TrainOutcome['reason'] | 'running' | 'interrupted' | 'failed'
  steps: number
  /** Steps that it was to have. */
  plannedSteps?: number
  /** It began with an adapter, and cannot begin again without. */
  continued?: boolean
  /** What it goes on from, where that is not the base model. */
  from?: RunOrigin
  seconds: number
  trainLoss: number | null
  trainerState: Record<string, unknown>
  /** Bytes of the files kept beside it; 0 = none. */
  adapterBytes: number
  mergedBytes: number
  /** The steps after which they were written; absent in records of before, where it is the end of the run. */
  adapterStep?: number
  mergedStep?: number
  checkpoints?: KeptCheckpoints
  /** Set when deleted: it leaves the list at once and the browser at the next visit, so that undo is free. */
  deletedAt?: number
}

/** Another run, as it was after a step, or an adapter that is no run's of this browser: then by its name alone. */
export interface RunOrigin {
  id?: string
  /** As it was then; the run may have another by now. */
  name: string
  step?: number
}

interface KeptCheckpoints {
  /** Rising. */
  steps: number[]
  bytes: number
}

export type RunFilesKind = 'adapter' | 'merged'

/** Where runs are kept. The page uses IndexedDB, and the private file system for checkpoints. */
export interface RunArchive {
  list(): Promise<RunRecord[]>
  put(record: RunRecord): Promise<void>
  putFiles(id: string, kind: RunFilesKind, files: readonly BlobFile[]): Promise<void>
  files(id: string, kind: RunFilesKind): Promise<BlobFile[]>
  removeFiles(id: string, kind: RunFilesKind): Promise<void>
  /** The record, its files and its checkpoints, for good. */
  remove(id: string): Promise<void>
  checkpoints(id: string): Promise<KeptCheckpoints>
  /** A whole checkpoint, to go on from. */
  checkpointFolder(id: string, step: number): Promise<FileFolder>
  /** A checkpoint's adapter. */
  checkpointAdapter(id: string, step: number): Promise<BlobFile[]>
  /** What need not stay once a run has ended goes. */
  tidyCheckpoints(id: string, rules: CheckpointRules): Promise<void>
  /** Checkpoints whose run is not among these: of runs that were deleted. */
  dropStrayCheckpoints(ids: readonly string[]): Promise<void>
  /**
   * Says to all tabs that the run goes on here, until the function is called or the tab ends; null where another tab
   * has it.
   */
  hold(id: string): Promise<(() => void) | null>
  /** Runs that go on in some tab. */
  held(): Promise<string[]>
}

export function bytesOf(files: readonly BlobFile[]): number {
  return files.reduce((sum, file) => sum + file.blob.size, 0)
}

/** A record as it was kept, also by a version that called the answers samples. */
export function readRecord(kept: RunRecord & { samples?: AnswerRecord[] }): RunRecord {
  const { samples, ...record } = kept
  return samples ? { ...record, answers: samples } : record
}

/** The checkpoint from which another machine can go on with the run: the newest before its end; null: there is none. */
export function handoverStep({ checkpoints, plannedSteps = Infinity }: RunRecord): number | null {
  return checkpoints?.steps.findLast((step) => step < plannedSteps) ?? null
}

/** Whether it can be gone on with: from a checkpoint, or, where it has none yet, from its beginning. */
export function canResume({ reason, checkpoints, continued }: RunRecord): boolean {
  const hasCheckpoint = (checkpoints?.steps.length ?? 0) > 0
  if (reason === 'interrupted') return hasCheckpoint || !continued
  return reason === 'stopped' && hasCheckpoint
}
