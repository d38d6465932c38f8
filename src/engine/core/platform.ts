import type { ByteSource, FileFolder } from '../../contracts/bytes'
import type { ClientAsset } from '../../contracts/exports'
import type { Gpu } from '../../gpu/device'
import type { Place } from '../../formats/whole-folder'
import type { ModelSource } from '../api/types'
import type { TuningStore } from '../../contracts/tuning'
import type { ProgressListener } from '../../contracts/progress'

/** What differs between a browser's worker and Node; handed to the engine. */
export interface Platform {
  /** A fresh device; called again after a loss. */
  openGpu(): Promise<Gpu>
  /** The folder of the model that ships with the studio. */
  builtinModel(): Promise<FileFolder>
  /** One of the sample sets, by file name. */
  sample(name: string): Promise<ByteSource>
  /** Files of llama.cpp as WebAssembly, which a chat page takes along. */
  asset(name: ClientAsset): Promise<ByteSource>
  /** Absent where models come from folders only. */
  hub?(source: Extract<ModelSource, { kind: 'hub' }>, on?: ProgressListener, signal?: AbortSignal): Promise<FileFolder>
  /** Files that a person picked or dropped. */
  folderOfFiles(name: string, files: { path: string; file: File }[]): FileFolder
  sourceOfFile(file: File): ByteSource
  /** Where what was found out about devices is kept, and in what surroundings it holds: browser, versions. */
  tuning?: { store: TuningStore; surroundings: string }
  /** Where a run's checkpoints are kept unasked; absent or null where there is no such place. */
  checkpoints?(runId: string): Promise<Place | null>
}
