import { fail } from '../../errors'
import type { RowValue, SourceRow } from '../source-row'
import type { TableRecord } from './records'
import { readRecord } from './records'
import type { DataFile, Reader } from './reader'

const SEPARATORS = [',', '\t', ';', '|']
/** Records by which the separator is told. */
const LOOKED_AT = 10
/** First pieces are gathered up to this, so that there are records to look at. */
const HEAD = 1 << 16
/** What pandas reads as no value. */
const NOTHING = new Set(
  '#N/A,#N/A N/A,#NA,-1.#IND,-1.#QNAN,-NaN,-nan,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null'.split(','),
)

/**
 * CSV, TSV and their like with a header line. `row` is the record's number as a spreadsheet shows it: the header is 1.
 * As pandas reads them: a column without a name is "Unnamed: 0", a second of the same name "name.1", missing cells and
 * the words for no value are null.
 */
export const table: Reader = {
  name: 'table',
  sniff({ name, text }) {
    if (text === null) return false
    if (/\.(csv|tsv|tab|psv)(\.gz)?$/i.test(name)) return true
    const separator = separatorOf(name, text)
    return separator !== '' && isRegular(text, separator, /\.(txt|md|text)(\.gz)?$/i.test(name) ? 3 : 2)
  },
  async *rows(file) {
    file.numbered('table')
    const { separator, hasIndex, records } = await open(file)
    let header: string[] | null = null
    let row = 0
    let literal = 0
    for await (const { cells, isLiteral } of records) {
      row++
      if (cells.every((cell) => cell.trim() === '')) continue
      if (!header) {
        header = namesOf(hasIndex ? ['', ...cells] : cells)
        continue
      }
      if (isLiteral) literal++
      yield toRow(row, header, cells)
    }
    if (literal > 0 && separator !== '') file.note(fail('data-table-literal', { file: file.name, rows: literal }))
  },
}

async function open(
  file: DataFile,
): Promise<{ separator: string; hasIndex: boolean; records: AsyncGenerator<TableRecord> }> {
  const pieces = file.text[Symbol.asyncIterator]()
  let head = ''
  let isEnd = false
  while (head.length < HEAD && !isEnd) {
    const next = await pieces.next()
    if (next.done) isEnd = true
    else head += next.value
  }
  head = head.replace(/^\ufeff/, '')
  // Excel names the separator so.
  const named = /^"?sep=(.)"?(?:\r\n?|\n)/.exec(head)
  const text = named ? head.slice(named[0].length) : head
  const separator = named ? named[1] : separatorOf(file.name, text)
  const [header, ...first] = firstRecords(text, separator, isEnd)
  // Rows that begin with an index have one cell more than a header that gives it no name (R, pandas).
  const hasIndex =
    first.length > 0 &&
    first.every((cells) => cells.length === header.length + 1) &&
    first.some((cells) => cells.at(-1))
  return { separator, hasIndex: Boolean(hasIndex), records: recordsOf(text, isEnd, pieces, separator) }
}

async function* recordsOf(
  head: string,
  isAll: boolean,
  pieces: AsyncIterator<string>,
  separator: string,
): AsyncGenerator<TableRecord> {
  let text = head
  let isEnd = isAll
  let width = 0
  while (true) {
    let at = 0
    while (at < text.length) {
      const record = readRecord(text, at, separator, width, isEnd)
      if (!record) break
      at = record.end
      width ||= record.cells.length
      yield record
    }
    text = text.slice(at)
    if (isEnd) return
    const next = await pieces.next()
    if (next.done) isEnd = true
    else text += next.value
  }
}

/**
 * The separator with which the first records have as many cells as the header, and most of them: sentences in cells
 * hold commas, too. "" for a single column.
 */
function separatorOf(name: string, text: string): string {
  const hinted = /\.(tsv|tab)(\.gz)?$/i.test(name) ? '\t' : ''
  let best = { separator: '', fit: 0, width: 1 }
  for (const separator of SEPARATORS) {
    const { width, fit } = measure(text, separator)
    if (width < 2) continue
    const isBetter = fit > best.fit || (fit === best.fit && width > best.width)
    if (separator === hinted && fit > 0.5) return separator
    if (isBetter) best = { separator, fit, width }
  }
  return best.separator
}

/** Cells of the header, and the share of the next records that have as many, or as many and empty ones. */
function measure(text: string, separator: string): { width: number; fit: number } {
  const [header, ...first] = firstRecords(text, separator, false)
  const width = header?.length ?? 0
  const fits = first.filter((cells) => cells.length >= width && cells.slice(width).every((cell) => cell === ''))
  return { width, fit: first.length === 0 ? 0.6 : fits.length / first.length }
}

/** The first records that are not blank; the last of a text that was cut off does not count. */
function firstRecords(text: string, separator: string, isEnd: boolean): string[][] {
  const found: string[][] = []
  let at = 0
  while (at < text.length && found.length <= LOOKED_AT) {
    const width = found[0]?.length ?? 0
    const record = readRecord(text, at, separator, width, isEnd || at === 0)
    if (!record) break
    at = record.end
    if (record.cells.some((cell) => cell.trim() !== '')) found.push(record.cells)
  }
  return found
}

/** Whether a text without a table's name looks like one. */
function isRegular(text: string, separator: string, width: number): boolean {
  const [first, second] = text.split(/\r\n?|\n/, 2)
  const found = measure(text, separator)
  return second !== undefined && first.length < 1000 && found.width >= width && found.fit >= 0.8
}

/** Names of columns as pandas gives them to those without one, and to those that share one. */
function namesOf(cells: string[]): string[] {
  const seen = new Map<string, number>()
  return cells.map((cell, k) => {
    const name = cell.trim() || `Unnamed: ${k}`
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return before === 0 ? name : `${name}.${before}`
  })
}

function toRow(row: number, header: string[], cells: string[]): SourceRow {
  if (cells.slice(header.length).some((cell) => cell !== '')) {
    return { row, error: fail('data-row-cells', { row, cells: cells.length, columns: header.length }) }
  }
  const value: RowValue = {}
  header.forEach((name, k) => {
    const cell = cells[k] ?? ''
    if (cell !== '') value[name] = NOTHING.has(cell) ? null : cell
  })
  return { row, value }
}
