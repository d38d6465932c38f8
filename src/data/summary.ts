import type { ColumnMapping, ColumnUse, DataSummary, LeftOut, RowNumbering } from '../contracts/data'
import { IGNORE } from '../contracts/data'
import type { SerializedError, TuneError } from '../errors'
import { fail } from '../errors'
import type { EncodingCandidate } from '../errors/data'
import { pythonText, unmark } from './exact-json'
import { isNumbering } from './mapping'
import type { Remarkable } from './notes'
import { Remarks } from './notes'
import type { Fields } from './shapes/fields'
import type { Example } from './shapes/shape'
import type { RowValue } from './source-row'
import type { Tokenization } from './tokenize-row'

const MAX_BAD_ROWS = 1000
const MAX_PROMPTS = 6
const MAX_PROMPT_LENGTH = 300
const MAX_ROWS_NAMED = 5
/** Parameters of an error that make it another reason; the others tell where it is. */
const REASON = ['field', 'role', 'wanted', 'kind', 'isNull', 'isOpen', 'detail', 'max_length']
/** Lengths that people choose as max_length. */
const LENGTHS = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072]

/** What the rows' lengths are held against. */
export interface LengthLimits {
  max_length: number
  /** Positions that the model has; null where that is not known. */
  model: number | null
}

/** Collects a data set's facts while its rows go by. */
export class FactCollector {
  private readonly columns = new Map<string, string>()
  private readonly uses = new Map<string, Set<ColumnUse>>()
  private readonly formats: DataSummary['formats'] = {}
  private readonly lengths: number[] = []
  private readonly badRows: DataSummary['badRows'] = []
  private readonly leftOut = new Map<string, LeftOut>()
  private readonly remarks = new Remarks()
  private readonly notes: SerializedError[] = []
  private readonly unprinted = new Set<string>()
  private readonly prompts: string[] = []
  private encoding: string | null = null
  private numbering: RowNumbering | null = null
  private rowsRead = 0
  private badRowCount = 0
  private tooLong = 0
  private longest = 0
  private totalTokens = 0
  private trainedTokens = 0
  private truncatedRows = 0

  sawRow(): void {
    this.rowsRead++
  }

  sawColumns(value: RowValue): void {
    for (const [name, field] of Object.entries(value)) {
      if (!this.columns.get(name)) this.columns.set(name, exampleOf(field).slice(0, 200))
    }
  }

  sawEncoding(encoding: string): void {
    this.encoding = encoding
  }

  sawNumbering(numbering: RowNumbering): void {
    this.numbering = numbering
  }

  /** Fields of messages that the model's template never looks at. */
  sawUnprinted(fields: Iterable<string>): void {
    for (const field of fields) this.unprinted.add(field)
  }

  note(note: TuneError): void {
    this.notes.push(note.toJSON())
  }

  remark(what: Remarkable, row: number, count = 1): void {
    this.remarks.add(what, row, count)
  }

  /** What the columns of a row were used as. */
  used(fields: Fields): void {
    for (const [name, use] of fields.uses) {
      const known = this.uses.get(name) ?? new Set()
      this.uses.set(name, known.add(use))
    }
  }

  bad(row: number, error: TuneError): void {
    this.badRowCount++
    if (error.code === 'data-row-masked') {
      const length = error.params.length as number
      if (length > (error.params.max_length as number)) this.tooLong++
      this.longest = Math.max(this.longest, length)
    }
    if (this.badRows.length < MAX_BAD_ROWS) this.badRows.push({ row, error: error.toJSON() })
    const key = JSON.stringify([error.code, ...REASON.map((name) => error.params[name] ?? null)])
    const known = this.leftOut.get(key) ?? { error: error.toJSON(), count: 0, rows: [] }
    known.count++
    if (known.rows.length < MAX_ROWS_NAMED) known.rows.push(row)
    this.leftOut.set(key, known)
  }

  kept(fields: Fields, format: ColumnMapping['format'], example: Example, { row, fullLength }: Tokenization): void {
    this.formats[format] = (this.formats[format] ?? 0) + 1
    for (const [remark, count] of fields.remarks) this.remarks.add(remark, row.row, count)
    this.lengths.push(fullLength)
    this.longest = Math.max(this.longest, fullLength)
    this.totalTokens += row.inputIds.length
    for (let i = 1; i < row.labels.length; i++) if (row.labels[i] !== IGNORE) this.trainedTokens++
    if (row.truncated) this.truncatedRows++
    if (this.prompts.length < MAX_PROMPTS) {
      const prompt = firstQuestion(example)
      const fits = prompt.length > 0 && prompt.length <= MAX_PROMPT_LENGTH
      if (fits && !this.prompts.includes(prompt)) this.prompts.push(prompt)
    }
  }

  /** A file of which nothing was read yet: a person must say its encoding. */
  whichEncoding(name: string, encodings: EncodingCandidate[], limits: LengthLimits): DataSummary {
    return { ...this.facts(name, { format: 'unknown' }, limits), question: 'encoding', encodings }
  }

  facts(name: string, mapping: ColumnMapping, limits: LengthLimits): DataSummary {
    const isQuestion = mapping.format === 'unknown' && this.lengths.length === 0 && this.columns.size > 1
    return {
      name,
      numbering: this.numbering,
      mapping,
      formats: this.formats,
      question: isQuestion ? 'columns' : null,
      encoding: this.encoding,
      encodings: [],
      columns: [...this.columns.keys()],
      examples: Object.fromEntries(this.columns),
      uses: Object.fromEntries([...this.columns.keys()].map((column) => [column, [...(this.uses.get(column) ?? [])]])),
      rowsRead: this.rowsRead,
      rowsKept: this.lengths.length,
      totalTokens: this.totalTokens,
      trainedTokens: this.trainedTokens,
      truncatedRows: this.truncatedRows,
      longest: this.longest,
      histogram: histogram(this.lengths),
      badRows: this.badRows,
      badRowCount: this.badRowCount,
      leftOut: [...this.leftOut.values()].sort((a, b) => b.count - a.count),
      notes: [...this.notes, ...this.closingNotes(limits).map((note) => note.toJSON())],
      prompts: this.prompts,
    }
  }

  /** What can be said only when all rows were seen. */
  private closingNotes(limits: LengthLimits): TuneError[] {
    const notes = this.remarks.notes()
    const unused = [...this.columns].filter(([name, cell]) => cell !== '' && !this.uses.has(name) && !isNumbering(name))
    if (unused.length > 0 && this.lengths.length > 0)
      notes.push(fail('data-columns-unused', { columns: unused.map(([name]) => name) }))
    if (this.unprinted.size > 0) notes.push(fail('data-fields-unprinted', { fields: [...this.unprinted] }))
    const cut = this.truncatedRows + this.tooLong
    if (cut > 0) {
      const { max_length, model } = limits
      notes.push(
        fail('data-too-long', {
          rows: cut,
          of: this.rowsRead,
          leftOut: this.tooLong,
          longest: this.longest,
          max_length,
          model,
          field: 'max_length',
          suggested: suggestedLength(this.longest, limits),
        }),
      )
    }
    return notes
  }
}

/** The usual length that holds the longest row, as far as the model goes; null where none is longer than now. */
function suggestedLength(longest: number, { max_length, model }: LengthLimits): number | null {
  const fitting = LENGTHS.find((length) => length >= longest) ?? longest
  const suggested = model === null ? fitting : Math.min(fitting, model)
  return suggested > max_length ? suggested : null
}

/** Some 24 bars of equal, round width (1, 2 or 5 times a power of ten) from the shortest row to the longest. */
export function histogram(lengths: readonly number[]): DataSummary['histogram'] {
  if (lengths.length === 0) return []
  const longest = lengths.reduce((a, b) => Math.max(a, b))
  const shortest = lengths.reduce((a, b) => Math.min(a, b))
  const raw = Math.max(1, (longest - shortest) / 24)
  const power = 10 ** Math.floor(Math.log10(raw))
  const width = [1, 2, 5, 10].map((step) => step * power).find((step) => step >= raw) as number
  const barOf = (length: number) => Math.ceil(length / width) - 1
  const first = barOf(shortest)
  const bars = Array.from({ length: barOf(longest) - first + 1 }, (_, i) => {
    const from = (first + i) * width
    return { from, to: from + width, count: 0 }
  })
  for (const length of lengths) bars[barOf(length) - first].count++
  return bars
}

function firstQuestion(example: Example): string {
  if (example.kind === 'text') return ''
  if (example.kind === 'completion') return example.prompt.trim()
  const messages = example.kind === 'chat' ? example.messages : example.prompt
  return messages.find((message) => message.role === 'user')?.content?.trim() ?? ''
}

function exampleOf(field: unknown): string {
  if (field === null || field === undefined) return ''
  return typeof field === 'string' ? unmark(field) : pythonText(field)
}
