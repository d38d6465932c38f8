import { stat } from 'node:fs/promises'
import type { ByteSource } from '../../contracts/bytes'
import type { ColumnMapping, DataOptions, DataSummary, RowNumbering } from '../../contracts/data'
import { readRows } from '../../data'
import { fail } from '../../errors'
import type { RunFile } from '../../run-file/run-file'
import { nodeFile } from '../../storage/node/node-folder'
import type { OptionSpec, Options } from './options'
import { noSuch } from './inputs'
import type { Terminal } from './terminal'

/** The options by which a data set is named and understood. */
export const dataOptionSpecs: Record<string, OptionSpec> = {
  data: {
    value: 'FILE',
    required: true,
    help: 'data set: JSON, JSONL, CSV, TSV or text, also gzipped',
  },
  columns: {
    value: 'LIST',
    help: 'what the columns are, such as question=Q,answer=A,system=S,context=C or text=T',
  },
  encoding: { value: 'NAME', help: "the data file's encoding, such as gb18030, cp949 or cp1252 (found out)" },
}

/**
 * The file of `--data` or `--eval-data`, its beginning tried before a model takes minutes to load: other kinds of files
 * are refused here.
 */
export async function dataAt(options: Options, option: 'data' | 'eval-data' = 'data'): Promise<ByteSource> {
  const path = options[option] as string
  const info = await stat(path).catch(() => null)
  if (!info?.isFile()) throw noSuch(`--${option}`, path)
  const source = await nodeFile(path)
  for await (const _ of readRows(source, { encoding: options.encoding as string | undefined })) break
  return source
}

export const dataOptions = (run: RunFile, options: Options): DataOptions => ({
  mapping: mappingOf(options.columns as string | undefined),
  encoding: options.encoding as string | undefined,
  max_length: run.max_length,
  assistant_only_loss: run.assistant_only_loss,
  completion_only_loss: run.completion_only_loss,
})

const ROLES = { question: 'user', answer: 'assistant', system: 'system', context: 'context', text: 'text' } as const

/** `question=Q,answer=A` or `text=T` as a mapping. */
function mappingOf(list: string | undefined): ColumnMapping | undefined {
  if (list === undefined) return undefined
  const mapping: ColumnMapping = { format: 'columns' }
  for (const part of list.split(/,(?=(?:question|answer|system|context|text)=)/)) {
    const [role, column] = [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]
    if (!Object.hasOwn(ROLES, role) || column === '') throw wrongColumns(list)
    mapping[ROLES[role as keyof typeof ROLES]] = column
  }
  const { user, assistant, text, system, context } = mapping
  if (text !== undefined && !user && !assistant && !system && !context) return { format: 'text', text }
  if (!user || !assistant || text !== undefined) throw wrongColumns(list)
  return mapping
}

const wrongColumns = (value: string) =>
  fail('cli-option-value', { option: '--columns', value, expected: 'question=COLUMN,answer=COLUMN or text=COLUMN' })

/** What became of the rows: notes, reasons of rows left out with their numbers, what columns are, the counts. */
export function tellData(facts: DataSummary, run: RunFile, terminal: Terminal): void {
  const { name, numbering, rowsRead, rowsKept, truncatedRows, leftOut, notes } = facts
  const saysLength = notes.some((note) => note.code === 'data-too-long')
  for (const note of notes) terminal.warning(note)
  for (const { error, count, rows } of leftOut) {
    const { length, max_length } = error.params as { length: number; max_length: number }
    // Said by the note already, with all of their kind.
    if (saysLength && error.code === 'data-row-masked' && length > max_length) continue
    terminal.warning(error)
    const more = count > rows.length ? ', …' : ''
    if (count > 1) terminal.line(`      the same holds for ${count} rows: ${rows.join(', ')}${more}`)
  }
  if (numbering && leftOut.length > 0) terminal.line(`      ${NUMBERED[numbering]}`)
  if (facts.question === 'encoding') throw fail('data-encoding-unclear', { file: name, candidates: facts.encodings })
  if (facts.question === 'columns') throw fail('cli-data-unknown', { file: name, columns: asked(facts) })
  if (rowsKept === 0) throw fail('data-no-rows', { file: name, rows: rowsRead })
  const cut = truncatedRows > 0 ? `, ${truncatedRows} cut at ${run.max_length} tokens` : ''
  terminal.line(`${rowsKept} ${rowsKept === 1 ? 'row' : 'rows'} kept as ${understood(facts)}${cut}`)
}

/** Where a row that is named is found. */
const NUMBERED: Record<RowNumbering, string> = {
  line: 'a row has the number of its line in the file',
  table: 'a row has the number that a spreadsheet shows: the heading is row 1',
  place: 'rows are counted from the beginning of the file: the first is row 1',
}

/** The formats and, where columns were taken by their names or places, which. */
function understood({ mapping, formats, uses }: DataSummary): string {
  const columns = Object.entries(uses).flatMap(([column, as]) => (as.length > 0 ? [`${as.join('/')} = ${column}`] : []))
  const kinds = Object.entries(formats)
  const named = kinds.length > 1 ? kinds.map(([kind, rows]) => `${kind} (${rows})`).join(', ') : mapping.format
  const unused = Object.keys(uses).filter((column) => uses[column].length === 0)
  const rest = unused.length > 0 ? `; not used: ${unused.join(', ')}` : ''
  return `${kinds.length === 1 ? kinds[0][0] : named}: ${columns.join(', ')}${rest}`
}

/** The columns with a cell of each, by which a person chooses. */
const asked = ({ columns, examples }: DataSummary): string[] =>
  columns.map((column) => `${column}: ${examples[column].replace(/\s+/g, ' ').slice(0, 40) || '-'}`)
