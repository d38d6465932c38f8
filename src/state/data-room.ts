import { createStore } from 'zustand/vanilla'
import { refuseForeign } from '../data/foreign-file'
import type { DataSource, Engine } from '../engine/api/types'
import { fail } from '../errors'
import type { SerializedError } from '../errors'
import { fileSource } from '../storage/files-folder'
import type { RunFile } from '../run-file/run-file'
import { isAbort, serializeError } from './failure'
import { createLatest } from './latest'
import type { RunRecord } from './run-record'
import type { Progress } from '../contracts/progress'
import type { ColumnMapping, DataOptions, DataSummary, PreviewRow } from '../contracts/data'

/** One entry of public/samples/index.json. */
export interface SampleInfo {
  file: string
  /** By language. */
  title: Record<string, string>
  description: Record<string, string>
  rows: number
  /** Of the sets that come with the page, as their index says. */
  license?: string
}

export interface DataState {
  samples: SampleInfo[]
  status: 'empty' | 'loading' | 'ready'
  source: DataSource | null
  /** File name, or null for a sample: its title depends on the language. */
  fileName: string | null
  sample: SampleInfo | null
  /** The person's own mapping; absent while the detected one is used. */
  mapping: ColumnMapping | undefined
  /** The file's encoding, where a person had to say it. */
  encoding: string | undefined
  summary: DataSummary | null
  preview: PreviewRow[]
  previewFrom: number
  /** Grows when another set is opened. */
  opened: number
  progress: Progress | null
  error: SerializedError | null
}

export const PREVIEW_ROWS = 3

/** The run's settings that decide how rows become tokens. */
export type DataSettings = Pick<RunFile, 'max_length' | 'assistant_only_loss' | 'completion_only_loss'>

export function createDataRoom(engine: Engine, settings: () => DataSettings, baseUrl: string) {
  const store = createStore<DataState>(() => ({
    samples: [],
    status: 'empty',
    source: null,
    fileName: null,
    sample: null,
    mapping: undefined,
    encoding: undefined,
    summary: null,
    preview: [],
    previewFrom: 0,
    opened: 0,
    progress: null,
    error: null,
  }))
  const loads = createLatest()
  /** The last set that could be used: it stays where the next one cannot be read. */
  let good: GoodSet | null = null

  const options = (): DataOptions => {
    const { max_length, assistant_only_loss, completion_only_loss } = settings()
    const { mapping, encoding } = store.getState()
    return { mapping, encoding, max_length, assistant_only_loss, completion_only_loss }
  }

  /** Runs a read or a remap and shows what came of it; a later one wins. */
  function read(act: (onProgress: (p: Progress) => void, signal: AbortSignal) => Promise<DataSummary>): Promise<void> {
    store.setState({ status: 'loading', progress: null, error: null })
    return loads.run(async (signal, isCurrent) => {
      try {
        const summary = await act((progress) => isCurrent() && store.setState({ progress }), signal)
        if (!isCurrent()) {
          // The engine has taken it all the same, so that the set of before is there no more.
          good = null
          return
        }
        const preview = summary.rowsKept > 0 ? await engine.previewRows(0, PREVIEW_ROWS) : []
        const error = emptiness(summary)
        if (!isCurrent()) return
        store.setState({ status: 'ready', summary, preview, previewFrom: 0, progress: null, error })
        good = error || summary.question ? null : setOf(store.getState())
      } catch (error) {
        if (!isCurrent()) return
        const { summary } = store.getState()
        if (!summary && good) store.setState(good)
        store.setState({
          status: summary || good ? 'ready' : 'empty',
          progress: null,
          error: isAbort(error) ? null : serializeError(error),
        })
      }
    })
  }

  async function open(source: DataSource, fileName: string | null, sample: SampleInfo | null) {
    const { opened } = store.getState()
    const fresh = { mapping: undefined, encoding: undefined, summary: null, preview: [], opened: opened + 1 }
    store.setState({ source, fileName, sample, ...fresh })
    await readSource(source)
  }

  /** Without a model it waits as chosen. */
  async function readSource(source: DataSource) {
    store.setState({ status: 'empty', error: null })
    if (!engine.model()) return
    await read((onProgress, signal) => engine.loadData(source, options(), onProgress, signal))
  }

  /** Reads the source again, with the model that is loaded now. */
  async function reload() {
    const { source } = store.getState()
    if (!source) return
    // What another model's tokenizer counted is true no more, also when this reading fails.
    good = null
    store.setState({ summary: null, preview: [] })
    await readSource(source)
  }

  return {
    store,
    reload,
    async listSamples() {
      const response = await fetch(new URL('samples/index.json', baseUrl))
      if (!response.ok) return
      const { license, samples } = (await response.json()) as { license: string; samples: SampleInfo[] }
      store.setState({ samples: samples.map((sample) => ({ license, ...sample })) })
    },
    /**
     * Resolves with whether the file is a good data set, about which nothing is to be asked. What cannot be read leaves
     * the set of before in its place.
     */
    async openFile(file: File): Promise<boolean> {
      try {
        // Also without a model, whose reading would say so only later.
        await refuseForeign(fileSource(file))
      } catch (refused) {
        store.setState({ error: serializeError(refused) })
        return false
      }
      await open({ kind: 'file', file }, file.name, null)
      const { error, summary } = store.getState()
      return error === null && !summary?.question
    },
    dismissError: () => store.setState({ error: null }),
    /** What an earlier run was given: a sample, or the file that is open, under the mapping of then. */
    async reopen(mapping: ColumnMapping | undefined, sample: SampleInfo | null) {
      const change = sample && sample.file !== store.getState().sample?.file ? sourceOf(sample) : {}
      store.setState({ ...change, mapping })
      await reload()
    },
    /** What an earlier visit had open; it is read once there is a model. */
    async choose(what: File | SampleInfo, mapping: ColumnMapping | undefined) {
      const chosen: Partial<DataState> =
        what instanceof File
          ? { source: { kind: 'file', file: what }, fileName: what.name, sample: null, summary: null, preview: [] }
          : sourceOf(what)
      store.setState({ ...chosen, mapping })
      await reload()
    },
    openSample: (sample: SampleInfo) => open({ kind: 'sample', name: sample.file }, null, sample),
    async remap(mapping: ColumnMapping | undefined) {
      store.setState({ mapping })
      await read((onProgress) => engine.remapData(options(), onProgress))
    },
    /** The answer to the question in which encoding the file is. */
    async chooseEncoding(encoding: string) {
      store.setState({ encoding })
      await read((onProgress) => engine.remapData(options(), onProgress))
    },
    /** The same rows again after max_length or the kind of loss changed. */
    async retokenize() {
      if (store.getState().summary) await read((onProgress) => engine.remapData(options(), onProgress))
    },
    async showRows(from: number) {
      const { summary } = store.getState()
      if (!summary) return
      const start = Math.max(0, Math.min(from, summary.rowsKept - 1))
      store.setState({ preview: await engine.previewRows(start, PREVIEW_ROWS), previewFrom: start })
    },
    /** Resolves when what is being read has been. */
    settled: () => loads.settled(),
    cancel: () => loads.cancel(),
  }
}
/** What there is to know of a data set, so that it can come back. */
type GoodSet = Pick<
  DataState,
  'source' | 'fileName' | 'sample' | 'mapping' | 'encoding' | 'summary' | 'preview' | 'previewFrom'
>
const setOf = (state: DataState): GoodSet => {
  const { source, fileName, sample, mapping, encoding, summary, preview, previewFrom } = state
  return { source, fileName, sample, mapping, encoding, summary, preview, previewFrom }
}

/** Why a file that could be read gives no rows; null also where a person is to say something first. */
function emptiness({ name, rowsKept, rowsRead, question, notes }: DataSummary): SerializedError | null {
  if (rowsKept > 0 || question) return null
  const tooLong = notes.find((note) => note.code === 'data-too-long')
  return tooLong ?? fail('data-nothing-usable', { file: name, rows: rowsRead }).toJSON()
}

/** Whether the set that is open is the one that a run learnt from, as far as its name tells. */
export const isDataOf = ({ sample, fileName }: Pick<DataState, 'sample' | 'fileName'>, { data }: RunRecord): boolean =>
  data.sample === undefined ? data.file !== undefined && fileName === data.file : sample?.file === data.sample

const sourceOf = (sample: SampleInfo): Partial<DataState> => ({
  source: { kind: 'sample', name: sample.file },
  fileName: null,
  sample,
  encoding: undefined,
  summary: null,
  preview: [],
})

export type DataRoom = ReturnType<typeof createDataRoom>
