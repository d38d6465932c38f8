import type { ColumnMapping, DataSummary, RowNumbering, TokenizedRow } from '../contracts/data'
import type { ByteSource } from '../contracts/bytes'
import type { ModelConfig } from '../contracts/model'
import { fail, TuneError } from '../errors'
import type { ErrorParams } from '../errors'
import { WallOfText } from './long-text'
import { RowFormats } from './mapping'
import { readRows } from './read-rows'
import { toExample } from './shapes'
import { Fields } from './shapes/fields'
import type { Example } from './shapes/shape'
import { skipReason } from './shapes/skip'
import type { RowValue, SourceRow } from './source-row'
import { FactCollector } from './summary'
import { type LossOptions, type Tokenization, tokenizeExample } from './tokenize-row'
import type { ChatTokenizer } from './tokenizer'
import { unprintedFields } from './unprinted'

/** How many rows are looked at before the format is decided. */
const SAMPLE_ROWS = 100
/** How long rows are worked on before messages and the abort signal get their turn. */
const SLICE_MS = 25

export interface DatasetOptions extends LossOptions {
  /** Absent: detected, row by row. */
  mapping?: ColumnMapping
  /** The file's encoding, by any of its names. Absent: found out. */
  encoding?: string
  /** The model's sizes, where they are known: a row with a token that it has no weights for is left out. */
  model?: Pick<ModelConfig, 'vocabSize' | 'maxPositionEmbeddings'>
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
  const limits = { max_length: options.max_length, model: options.model?.maxPositionEmbeddings ?? null }
  const collector = new FactCollector()
  const rows: TokenizedRow[] = []
  const started = performance.now()
  let bytesRead = 0
  let rowsRead = 0
  let sliceStart = started
  let formats: RowFormats | null = null
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
  /** Runs work that gives way on its way, until it is done or the signal aborts. */
  const finished = async <T>(work: Generator<void, T>): Promise<T> => {
    for (;;) {
      const step = work.next()
      if (step.done) return step.value
      await breathe()
    }
  }
  const use = async (one: SourceRow, formats: RowFormats) => {
    if ('error' in one) return collector.bad(one.row, one.error)
    try {
      collector.sawColumns(one.value)
      const fields = new Fields(one.row, one.value)
      const mapping = formats.of(fields)
      if (mapping.format === 'unknown') {
        // Where no row at all is known, it is a question and no fault of the rows.
        if (formats.mapping.format !== 'unknown') collector.bad(one.row, unknownRow(fields))
        return
      }
      const skipped = skipReason(fields)
      const example = toExample(fields, mapping)
      collector.used(fields)
      if (skipped ?? isUntrained(example, options)) return collector.remark(skipped ?? 'row-untrained', one.row)
      const tokenized = await finished(tokenizeExample(one.row, example, tokenizer, options))
      expectWeights(tokenized, tokenizer, options.model)
      const { split } = one.value
      rows.push(typeof split === 'string' ? { ...tokenized.row, split } : tokenized.row)
      tell(collector, one.row, example, tokenizer)
      collector.kept(fields, mapping.format, example, tokenized)
    } catch (error) {
      if (error instanceof WallOfText) {
        const { length, most, hasNoCut } = error
        const facts = { row: one.row, length, most }
        return collector.bad(one.row, fail(hasNoCut ? 'data-row-wall' : 'data-row-whole', facts, error))
      }
      // What is nested deeper than there is stack for is one row's fault, not the file's.
      if (error instanceof RangeError) return collector.bad(one.row, fail('data-row-deep', { row: one.row }, error))
      if (!(error instanceof TuneError) || error.code.startsWith('data-template-')) throw error
      collector.bad(one.row, error)
    }
  }
  const useSample = async () => {
    formats ??= new RowFormats(
      options.mapping,
      sample.flatMap((one): RowValue[] => ('value' in one ? [one.value] : [])),
    )
    for (const one of sample) {
      await use(one, formats)
      await breathe()
    }
    sample = []
    return formats
  }

  const read = {
    signal: options.signal,
    onBytes: (done: number) => (bytesRead = done),
    encoding: options.encoding,
    onEncoding: (encoding: string, sample: string | null) => {
      collector.sawEncoding(encoding)
      if (sample !== null) collector.note(fail('data-read-as', { file: source.name, encoding, sample }))
    },
    onNote: (note: TuneError) => collector.note(note),
    onNumbering: (numbering: RowNumbering) => collector.sawNumbering(numbering),
  }
  try {
    for await (const one of readRows(source, read)) {
      rowsRead++
      collector.sawRow()
      if (formats && sample.length === 0) await use(one, formats)
      else if (sample.push(one) === SAMPLE_ROWS) await useSample()
      await breathe()
    }
  } catch (error) {
    if (!(error instanceof TuneError) || error.code !== 'data-encoding-unclear') throw error
    // What was read so far was ASCII alone, but rows may not be kept in part.
    const { candidates } = error.params as ErrorParams<'data-encoding-unclear'>
    return { rows: [], facts: new FactCollector().whichEncoding(source.name, candidates, limits) }
  }
  const { mapping } = await useSample()
  report()
  return { rows, facts: collector.facts(source.name, mapping, limits) }
}

const unknownRow = ({ row, value }: Fields) => fail('data-row-unknown', { row, columns: Object.keys(value) })

/** Whether every answer that would be trained is marked as not to be learnt. */
function isUntrained(example: Example, { assistant_only_loss }: LossOptions): boolean {
  if (!('untrained' in example) || !example.untrained?.length) return false
  const { untrained } = example
  if (example.kind === 'chat') {
    return (
      assistant_only_loss !== false &&
      example.messages.every(({ role }, i) => role !== 'assistant' || untrained.includes(i))
    )
  }
  const { prompt, completion } = example
  return completion.every(({ role }, i) => role !== 'assistant' || untrained.includes(prompt.length + i))
}

/** Throws 'data-row-token-outside' for a token that the embedding has no row for. */
function expectWeights({ row }: Tokenization, tokenizer: ChatTokenizer, model: DatasetOptions['model']): void {
  const id = model && row.inputIds.find((one) => one >= model.vocabSize)
  if (id === undefined) return
  const { text } = tokenizer.tokenInfo(id)
  throw fail('data-row-token-outside', { row: row.row, id, text, vocabSize: model!.vocabSize })
}

/** What of a conversation the template does not show to the model. */
function tell(collector: FactCollector, row: number, example: Example, tokenizer: ChatTokenizer): void {
  const template = 'tools' in example ? tokenizer.templateFor(example.tools) : null
  if (!template || !('tools' in example)) return
  if (example.tools?.length && !template.supportsTools) collector.remark('tools-unseen', row)
  const messages = example.kind === 'chat' ? example.messages : [...example.prompt, ...example.completion]
  collector.sawUnprinted(unprintedFields(messages, template))
}
