import { fail, TuneError } from '../errors'
import type { ByteSource } from '../contracts/bytes'
import { toExample } from './examples'
import { detectMapping } from './mapping'
import type { ColumnMapping, DataSummary, TokenizedRow } from '../contracts/data'
import { readRows } from './read-rows'
import type { RowValue, SourceRow } from './source-row'
import { FactCollector } from './summary'
import { type LossOptions, tokenizeExample } from './tokenize-row'
import type { ChatTokenizer } from './tokenizer'
/** How many rows are looked at before the format is decided. */
const SAMPLE_ROWS = 100
/** How long rows are worked on before messages and the abort signal get their turn. */
const SLICE_MS = 25

export interface DatasetOptions extends LossOptions {
  /** Absent: detected from the first rows. */
  mapping?: ColumnMapping
  signal?: AbortSignal
  onProgress?: (progress: DatasetProgress) => void
}

interface DatasetProgress {
  rowsRead: number
  bytesRead: number
  bytesTotal: number
  rowsPerSecond: number
}

/** The kept rows in the file's order, with the facts about the file. */
export interface Dataset {
  rows: TokenizedRow[]
  facts: DataSummary
}

/**
 * Read, map and tokenise a file. Rows that cannot be used are listed in the facts and left out; with a mapping that
 * cannot be told (format 'unknown') no row is kept and the columns are reported for a person to choose from.
 * Throws where the file as a whole is unreadable, the template is missing, or the signal aborts.
 */
export async function loadDataset(
  source: ByteSource,
  tokenizer: ChatTokenizer,
  options: DatasetOptions,
): Promise<Dataset> {
  const collector = new FactCollector()
  const rows: TokenizedRow[] = []
  const started = performance.now()
  let bytesRead = 0
  let rowsRead = 0
  let sliceStart = started
  let mapping = options.mapping ?? null
  let sample: SourceRow[] = []

  const report = () => {
    const seconds = (performance.now() - started) / 1000
    options.onProgress?.({
      rowsRead,
      bytesRead,
      bytesTotal: source.size,
      rowsPerSecond: seconds > 0 ? rowsRead / seconds : 0,
    })
  }
  const breathe = async () => {
    if (performance.now() - sliceStart < SLICE_MS) return
    report()
    await new Promise((resolve) => setTimeout(resolve))
    options.signal?.throwIfAborted()
    sliceStart = performance.now()
  }
  const use = (one: SourceRow, known: ColumnMapping) => {
    if ('error' in one) return collector.bad(one.row, one.error)
    collector.sawColumns(one.value)
    if (known.format === 'unknown') return
    try {
      const example = toExample(one.row, one.value, known)
      const tokenized = tokenizeExample(one.row, example, tokenizer, options)
      rows.push(tokenized.row)
      collector.kept(example, tokenized)
    } catch (error) {
      if (!(error instanceof TuneError) || error.code === 'data-template-missing') throw error
      collector.bad(one.row, error)
    }
  }
  const useSample = async () => {
    mapping ??= detectMapping(sample.flatMap((one): RowValue[] => ('value' in one ? [one.value] : [])))
    for (const one of sample) {
      use(one, mapping)
      await breathe()
    }
    sample = []
    return mapping
  }

  const read = {
    signal: options.signal,
    onBytes: (done: number) => (bytesRead = done),
    onEncoding: (encoding: string) =>
      collector.note(fail('data-read-as', { file: source.name, encoding: encoding.toUpperCase() })),
  }
  for await (const one of readRows(source, read)) {
    rowsRead++
    collector.sawRow()
    if (mapping && sample.length === 0) use(one, mapping)
    else if (sample.push(one) === SAMPLE_ROWS) await useSample()
    await breathe()
  }
  const settled = await useSample()
  report()
  return { rows, facts: collector.facts(source.name, settled) }
}
