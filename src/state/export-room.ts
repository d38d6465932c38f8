import { createStore } from 'zustand/vanilla'
import type { Engine, ExportedFile, MergeOptions, Progress, RunFacts } from '../engine/types'
import type { SerializedError } from '../errors'
import type { WritableFolder } from '../formats/bytes'
import type { BlobFile } from './blob-folder'
import { collectBlobs, writeToBoth } from './blob-folder'
import { isAbort, serializeError } from './failure'
import { createLatest } from './latest'

/** How files leave the page; the browser's own ways, handed in so that this floor needs no DOM. */
export interface Saver {
  /** A download under this name. */
  saveBlob(name: string, blob: Blob): void
  /** One zip of the files. */
  zip(files: readonly BlobFile[]): Promise<Blob>
  /** A folder that the person picks, or absent where the browser cannot. Rejects with AbortError when dismissed. */
  pickFolder?(): Promise<WritableFolder>
}

export interface ExportState {
  busy: 'adapter' | 'merged' | null
  bytesWritten: number
  startedAt: number
  progress: Progress | null
  base: MergeOptions['base']
  /** Also keep the merged model in the browser, with its run. */
  keepMerged: boolean
  /** What was written last, by kind. */
  adapterFiles: ExportedFile[] | null
  mergedFiles: ExportedFile[] | null
  mergedFolder: string
  error: SerializedError | null
}

export const describe = (files: readonly BlobFile[]): ExportedFile[] =>
  files.map(({ path, blob }) => ({ path, bytes: blob.size }))

export function createExportRoom(engine: Engine, saver: Saver) {
  const store = createStore<ExportState>(() => ({
    busy: null,
    bytesWritten: 0,
    startedAt: 0,
    progress: null,
    base: 'original',
    keepMerged: true,
    adapterFiles: null,
    mergedFiles: null,
    mergedFolder: '',
    error: null,
  }))
  const jobs = createLatest()

  async function guarded(busy: 'adapter' | 'merged', job: (signal: AbortSignal) => Promise<void>) {
    await jobs.run(async (signal) => {
      store.setState({ busy, bytesWritten: 0, startedAt: Date.now(), progress: null, error: null })
      try {
        await job(signal)
      } catch (error) {
        if (!isAbort(error)) store.setState({ error: serializeError(error) })
      } finally {
        store.setState({ busy: null, progress: null })
      }
    })
  }
  const counting = () => collectBlobs((bytesWritten) => store.setState({ bytesWritten }))

  async function saveZip(name: string, files: readonly BlobFile[]) {
    saver.saveBlob(`${name}.zip`, await saver.zip(files))
  }

  return {
    store,
    canPickFolder: saver.pickFolder !== undefined,
    setBase: (base: MergeOptions['base']) => store.setState({ base }),
    setKeepMerged: (keepMerged: boolean) => store.setState({ keepMerged }),
    cancel: () => jobs.cancel(),
    saveZip,
    saveText: (name: string, text: string) => saver.saveBlob(name, new Blob([text], { type: 'text/plain' })),

    /** The adapter's files as the engine writes them now. */
    async writeAdapter(facts?: RunFacts): Promise<BlobFile[]> {
      const out = counting()
      await engine.exportAdapter(out, facts)
      return out.files
    },
    /** A zip of `kept` files, or of the adapter that is loaded. */
    downloadAdapter: (name: string, kept: readonly BlobFile[], facts?: RunFacts) =>
      guarded('adapter', async () => {
        let files = kept
        if (files.length === 0) {
          const out = counting()
          await engine.exportAdapter(out, facts)
          files = out.files
        }
        await saveZip(name, files)
        store.setState({ adapterFiles: describe(files) })
      }),
    /** Merged model as a zip download or into a picked folder; `keep` receives the files where they are to stay here. */
    downloadMerged: (name: string, to: 'zip' | 'folder', keep: ((files: BlobFile[]) => Promise<void>) | null) =>
      guarded('merged', async (signal) => {
        const picked = to === 'folder' && saver.pickFolder ? await saver.pickFolder() : null
        const kept = counting()
        const out = picked ? (keep ? writeToBoth(kept, picked) : picked) : kept
        const { base } = store.getState()
        const written = await engine.exportMerged(out, { base }, (progress) => store.setState({ progress }), signal)
        if (!picked) await saveZip(name, kept.files)
        if (keep) await keep(kept.files)
        store.setState({ mergedFiles: written, mergedFolder: name })
      }),
  }
}
export type ExportRoom = ReturnType<typeof createExportRoom>
