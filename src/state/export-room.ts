import { createStore } from 'zustand/vanilla'
import type { Engine } from '../engine/api/types'
import { fail } from '../errors'
import type { SerializedError } from '../errors'
import type { FileFolder, WritableFolder } from '../contracts/bytes'
import type { BlobFile, Collector } from './blob-folder'
import { collectBlobs, countBytes, readBlobs, writeToBoth } from './blob-folder'
import { EXPORT_REPORT } from '../verify/export-report'
import type { ExportReport } from '../verify/export-report'
import type { ExportCheck } from './export-check'
import { damagedFile, readManifest } from '../formats/manifest'
import { replaceFile } from './replace-file'
import { isAbort, serializeError } from './failure'
import { isStoreFull } from '../storage/full-store'
import { expectPushable, pushToHub } from '../storage/hub-push'
import type { HubPush } from '../storage/hub-push'
import { createLatest } from './latest'
import type { Progress } from '../contracts/progress'
import type { CardWords, ExportedFile, ExportSettings } from '../contracts/exports'
import type { RunFacts } from '../run-file/run-facts'

type MergeBase = NonNullable<ExportSettings['base']>

/** How files leave the page; the browser's own ways, handed in so that this floor needs no DOM. */
export interface Saver {
  /** A download under this name. */
  saveBlob(name: string, blob: Blob): void
  /** Where a whole model is gathered before it leaves: on disk, where the browser lets the page. */
  collect(): Promise<Collector>
  /** The same in memory, where the disk has no room. */
  collectInMemory(): Collector
  /** One zip of the files. */
  zip(files: readonly BlobFile[]): Promise<Blob>
  /** A folder that the person picks, or absent where the browser cannot. Rejects with AbortError when dismissed. */
  pickFolder?(): Promise<WritableFolder>
}

/** What is being written: the adapter, the merged model, another format, a run for larger machines, or for a hub. */
type Busy = 'adapter' | 'merged' | 'format' | 'handover' | 'push'

/** Where an export is put on a hub; the token is handed on and nowhere kept. */
export type PushTarget = Pick<HubPush, 'endpoint' | 'id' | 'token' | 'isPrivate'>

/** Another program's format, as it was written last. */
interface WrittenFormat {
  kind: string
  files: ExportedFile[]
}

export interface ExportState {
  busy: Busy | null
  bytesWritten: number
  startedAt: number
  progress: Progress | null
  base: MergeBase
  /** Also keep the merged model in the browser, with its run. */
  keepMerged: boolean
  /** What was written last, by kind. */
  adapterFiles: ExportedFile[] | null
  mergedFiles: ExportedFile[] | null
  mergedFolder: string
  format: WrittenFormat | null
  /** What goes to a hub is written, and on its way. */
  sending: boolean
  /** What was put on a hub last. */
  pushed: { url: string; files: ExportedFile[] } | null
  /** Whether exports are asked questions before they leave. */
  asks: boolean
  /** What is written is being opened again. */
  checking: boolean
  /** What came of opening the last export again. */
  report: ExportReport | null
  /** The format that was saved without a report, since the person did not want to wait for it. */
  unchecked: string | null
  error: SerializedError | null
}

function reportFile(report: ExportReport): BlobFile {
  const text = `${JSON.stringify(report, null, 2)}\n`
  return { path: EXPORT_REPORT, blob: new Blob([text], { type: 'application/json' }) }
}

const describe = (files: readonly BlobFile[]): ExportedFile[] =>
  files.map(({ path, blob }) => ({ path, bytes: blob.size }))

export interface ExportParts {
  engine: Engine
  saver: Saver
  /** What READMEs say, in the page's language. */
  cardWords: () => Promise<CardWords>
  /** Lets requests go to an address. */
  allow: (address: string) => Promise<void>
  check: ExportCheck['check']
  /** What base and export are asked, the first few of it. */
  questions: () => readonly string[]
}

/** How many questions an export is asked. */
const QUESTIONS = 3

export function createExportRoom({ engine, saver, cardWords, allow, check, questions }: ExportParts) {
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
    format: null,
    sending: false,
    pushed: null,
    asks: true,
    checking: false,
    report: null,
    unchecked: null,
    error: null,
  }))
  const jobs = createLatest()
  /** Ends the opening again alone: what was written leaves without a report. */
  let opening: AbortController | null = null

  async function guarded(busy: Busy, job: (signal: AbortSignal) => Promise<void>) {
    await jobs.run(async (signal) => {
      const begun = {
        bytesWritten: 0,
        startedAt: Date.now(),
        progress: null,
        report: null,
        unchecked: null,
        error: null,
      }
      store.setState({ busy, ...begun })
      try {
        await job(signal)
      } catch (error) {
        if (!isAbort(error)) store.setState({ error: serializeError(error) })
      } finally {
        store.setState({ busy: null, sending: false, checking: false, progress: null })
      }
    })
  }
  const onProgress = (progress: Progress) => store.setState({ progress })
  const counted = (out: WritableFolder) => countBytes(out, (bytesWritten) => store.setState({ bytesWritten }))

  async function saveZip(name: string, files: readonly BlobFile[]) {
    saver.saveBlob(`${name}.zip`, await saver.zip(files))
  }

  /**
   * The files with a report of what came of opening them again, or as they are where the person does not wait for it or
   * one of them came back damaged. `isLive`: they are of what answers on the page.
   */
  async function withReport(
    kind: string,
    name: string,
    files: readonly BlobFile[],
    isLive: boolean,
    ends: AbortSignal,
  ) {
    const mine = new AbortController()
    opening = mine
    store.setState({ checking: true, progress: null })
    const asked = isLive ? questions().slice(0, QUESTIONS) : []
    try {
      const given = store.getState().asks ? asked : null
      const report = await check({ kind, name, files }, given, AbortSignal.any([ends, mine.signal]))
      store.setState({ report })
      return report.readBack?.damaged ? [...files] : [...files, reportFile(report)]
    } catch (error) {
      if (ends.aborted || !mine.signal.aborted) throw error
      store.setState({ unchecked: kind })
      return [...files]
    } finally {
      opening = null
      store.setState({ checking: false })
    }
  }

  /** Kept files have the run's name and the page's language of then: their README is made anew. */
  async function withReadme(name: string, files: readonly BlobFile[], facts?: RunFacts): Promise<readonly BlobFile[]> {
    try {
      const readme = await engine.adapterReadme(readBlobs(name, files), { facts, words: await cardWords() })
      return await replaceFile(files, 'README.md', readme)
    } catch {
      // What was learnt leaves in any case, with the words of then.
      return files
    }
  }

  return {
    store,
    canPickFolder: saver.pickFolder !== undefined,
    setBase: (base: MergeBase) => store.setState({ base }),
    setAsks: (asks: boolean) => store.setState({ asks }),
    setKeepMerged: (keepMerged: boolean) => store.setState({ keepMerged }),
    /** Ends what is being written; while it is opened again, only that. */
    cancel: () => (opening ? opening.abort() : jobs.cancel()),
    /** Another adapter is on the model: what was written last is not of it. */
    forget: () =>
      store.setState({
        adapterFiles: null,
        mergedFiles: null,
        mergedFolder: '',
        pushed: null,
        report: null,
        unchecked: null,
        error: null,
      }),
    saveZip,
    saveText: (name: string, text: string) => saver.saveBlob(name, new Blob([text], { type: 'text/plain' })),

    /** The adapter's files as the engine writes them now. */
    async writeAdapter(facts?: RunFacts): Promise<BlobFile[]> {
      const out = collectBlobs()
      await engine.export('peft', out, { facts, words: await cardWords() })
      return out.files
    },
    /** A zip of `kept` files, or of the adapter that is loaded; `isLive`: it is the one that answers now. */
    downloadAdapter: (name: string, kept: readonly BlobFile[], isLive: boolean, facts?: RunFacts) =>
      guarded('adapter', async (signal) => {
        let files = kept
        if (files.length === 0) {
          const out = collectBlobs()
          await engine.export('peft', counted(out), { facts, words: await cardWords() })
          files = out.files
        } else {
          files = await withReadme(name, files, facts)
        }
        files = await withReport('peft', name, files, isLive, signal)
        await saveZip(name, files)
        store.setState({ adapterFiles: describe(files) })
      }),
    /** The model or its adapter for another program, as a zip download, read back before it leaves. */
    downloadFormat: (kind: string, name: string, facts?: RunFacts) =>
      guarded('format', async (signal) => {
        store.setState({ format: null })
        const { base } = store.getState()
        const kept = await saver.collect()
        try {
          const settings = { base, name, facts, words: await cardWords() }
          const files = await engine.export(kind, counted(kept), settings, onProgress, signal)
          await saveZip(`${name}-${kind}`, await withReport(kind, name, kept.files, true, signal))
          store.setState({ format: { kind, files } })
        } catch (error) {
          await kept.drop()
          throw error
        }
      }),
    /**
     * The model or its adapter on a hub: written, read back, and sent in one commit. A second try writes the same
     * bytes, of which the hub takes only what it has not got.
     */
    push: (kind: string, name: string, to: PushTarget, facts?: RunFacts) =>
      guarded('push', async (signal) => {
        store.setState({ pushed: null })
        // A whole model may be written for minutes: what nobody could send is said first.
        expectPushable(to)
        const { base } = store.getState()
        const kept = await saver.collect()
        try {
          const settings = { base, name, facts, words: await cardWords() }
          await engine.export(kind, counted(kept), settings, onProgress, signal)
          const folder = readBlobs(name, kept.files)
          const file = await damagedFile(folder, (await readManifest(folder))!)
          if (file) throw fail('adapter-damaged', { folder: name, file })
          store.setState({ sending: true, progress: null })
          const work = { ...to, files: kept.files, title: `Upload ${name} from TuneTab`, allow }
          const { url } = await pushToHub(work, onProgress, signal)
          store.setState({ pushed: { url, files: describe(kept.files) } })
        } finally {
          await kept.drop()
        }
      }),
    /** A project that goes on with a run on larger machines, as a zip download. */
    downloadHandover: (name: string, checkpoint: FileFolder, baseId: string) =>
      guarded('handover', async () => {
        const out = collectBlobs()
        await engine.handover(checkpoint, baseId, counted(out), await cardWords())
        await saveZip(name, out.files)
      }),
    /**
     * Merged model as a zip download or into a picked folder; `keep` receives the files where they are to stay here.
     */
    downloadMerged: (name: string, to: 'zip' | 'folder', keep: ((files: BlobFile[]) => Promise<void>) | null) =>
      guarded('merged', async (signal) => {
        const picked = to === 'folder' && saver.pickFolder ? await saver.pickFolder() : null
        const { base } = store.getState()
        const words = await cardWords()
        const write = (out: WritableFolder) =>
          engine.export('safetensors', counted(out), { base, words }, onProgress, signal)
        if (picked && !keep) {
          store.setState({ mergedFiles: await write(picked), mergedFolder: name })
          return
        }
        const attempt = async (kept: Collector) => {
          const written = await write(picked ? writeToBoth(kept, picked) : kept).catch(async (error: unknown) => {
            await kept.drop()
            throw error
          })
          return { kept, written }
        }
        const { kept, written } = await saver
          .collect()
          .then(attempt)
          .catch((error: unknown) => {
            // A download needs no room in the browser's store: what does not fit there goes through memory.
            if (picked || !isStoreFull(error)) throw error
            store.setState({ bytesWritten: 0 })
            return attempt(saver.collectInMemory())
          })
        const all = await withReport('safetensors', name, kept.files, true, signal)
        if (!picked) await saveZip(name, all)
        store.setState({ mergedFiles: written, mergedFolder: name })
        // Last, since the disk may be too full for it: the download has what it needs by then.
        if (!keep || store.getState().report?.readBack?.damaged) return
        await keep(all).catch((error: unknown) => {
          throw isStoreFull(error) ? fail('merged-unkept', { name }, error) : error
        })
      }),
  }
}
export type ExportRoom = ReturnType<typeof createExportRoom>
