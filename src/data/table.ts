import { fail } from '../errors'
import type { RowValue, SourceRow } from './source-row'

const SEPARATORS = [',', '\t', ';', '|']

/**
 * Rows of CSV or TSV with a header line; the separator is the one that cuts the header into the most cells. `row` is
 * the record's number as a spreadsheet shows it: the header is 1. Empty cells are left out of the row, so that they
 * count as missing.
 */
export async function* readTable(file: string, pieces: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  const parts: string[] = []
  for await (const piece of pieces) parts.push(piece)
  // Loaded only when a table comes: most data is JSON.
  const { default: papa } = await import('papaparse')
  const text = parts.join('').replace(/\r\n?/g, '\n')
  // By the header alone: cells hold sentences with commas, and a guess over few rows counts the file's last line break
  // as one.
  const widths = SEPARATORS.map(
    (delimiter) => papa.parse<string[]>(text, { newline: '\n', delimiter, preview: 1 }).data[0]?.length ?? 0,
  )
  const delimiter = SEPARATORS[widths.indexOf(Math.max(...widths))]
  const { data, errors } = papa.parse<string[]>(text, { newline: '\n', delimiter })
  const header = (data[0] ?? []).map((name) => name.trim())
  if (header.length < 2 || header.some((name) => name === '')) throw fail('data-table-header', { file })
  const column = header.find((name, k) => header.indexOf(name) < k)
  if (column !== undefined) throw fail('data-table-twice', { file, column })
  const broken = new Map(errors.filter((error) => error.row !== undefined).map((error) => [error.row, error.message]))
  for (let i = 1; i < data.length; i++) {
    const cells = data[i]
    const row = i + 1
    if (cells.length === 1 && cells[0].trim() === '') continue
    const detail = broken.get(i)
    if (detail !== undefined) yield { row, error: fail('data-row-table', { row, detail }) }
    else if (cells.length !== header.length) {
      yield { row, error: fail('data-row-cells', { row, cells: cells.length, columns: header.length }) }
    } else {
      yield {
        row,
        value: Object.fromEntries(
          header.map((name, k) => [name, cells[k]]).filter(([, cell]) => cell !== ''),
        ) as RowValue,
      }
    }
  }
}

/** Whether a file that is not JSON looks like a table: by its name, or by a first line of several cells. */
export function isTable(name: string, head: string): boolean {
  if (/\.(csv|tsv|tab)(\.gz)?$/i.test(name)) return true
  const [first, second] = head.split(/\r?\n/, 2)
  return second !== undefined && /[,;\t]/.test(first) && first.length < 1000
}
