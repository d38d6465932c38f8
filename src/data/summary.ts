import type { SerializedError, TuneError } from '../errors'
import { unmark } from './exact-json'
import type { Example } from './examples'
import type { RowValue } from './source-row'
import type { Tokenization } from './tokenize-row'
import { IGNORE, type ColumnMapping, type DataSummary } from '../contracts/data'

const MAX_BAD_ROWS = 1000
const MAX_PROMPTS = 6
const MAX_PROMPT_LENGTH = 300

/** Collects a data set's facts while its rows go by. */
export class FactCollector {
  private readonly columns = new Map<string, string>()
  private readonly lengths: number[] = []
  private readonly badRows: DataSummary['badRows'] = []
  private readonly notes: SerializedError[] = []
  private readonly prompts: string[] = []
  private rowsRead = 0
  private badRowCount = 0
  private totalTokens = 0
  private trainedTokens = 0
  private truncatedRows = 0

  sawRow(): void {
    this.rowsRead++
  }

  sawColumns(value: RowValue): void {
    for (const [name, field] of Object.entries(value)) {
      if (!this.columns.get(name)) this.columns.set(name, asText(field).slice(0, 200))
    }
  }

  note(note: TuneError): void {
    this.notes.push(note.toJSON())
  }

  bad(row: number, error: TuneError): void {
    this.badRowCount++
    if (this.badRows.length < MAX_BAD_ROWS) this.badRows.push({ row, error: error.toJSON() })
  }

  kept(example: Example, { row, fullLength }: Tokenization): void {
    this.lengths.push(fullLength)
    this.totalTokens += row.inputIds.length
    for (let i = 1; i < row.labels.length; i++) if (row.labels[i] !== IGNORE) this.trainedTokens++
    if (row.truncated) this.truncatedRows++
    if (this.prompts.length < MAX_PROMPTS) {
      const prompt = firstQuestion(example)
      const fits = prompt.length > 0 && prompt.length <= MAX_PROMPT_LENGTH
      if (fits && !this.prompts.includes(prompt)) this.prompts.push(prompt)
    }
  }

  facts(name: string, mapping: ColumnMapping): DataSummary {
    return {
      name,
      mapping,
      columns: [...this.columns.keys()],
      examples: Object.fromEntries(this.columns),
      rowsRead: this.rowsRead,
      rowsKept: this.lengths.length,
      totalTokens: this.totalTokens,
      trainedTokens: this.trainedTokens,
      truncatedRows: this.truncatedRows,
      longest: this.lengths.reduce((longest, length) => Math.max(longest, length), 0),
      histogram: histogram(this.lengths),
      badRows: this.badRows,
      badRowCount: this.badRowCount,
      notes: this.notes,
      prompts: this.prompts,
    }
  }
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

function asText(field: unknown): string {
  if (field === null || field === undefined) return ''
  return unmark(typeof field === 'string' ? field : JSON.stringify(field))
}
