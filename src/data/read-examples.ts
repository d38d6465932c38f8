import type { ByteSource } from '../contracts/bytes'
import type { DataOptions } from '../contracts/data'
import { TuneError } from '../errors'
import { RowFormats } from './mapping'
import { readRows } from './read-rows'
import { toExample } from './shapes'
import { Fields } from './shapes/fields'
import type { Example } from './shapes/shape'
import { skipReason } from './shapes/skip'

/** The examples of a file without their tokens, and how many rows were read. Rows that are none are left out. */
export async function readExamples(
  source: ByteSource,
  options: Pick<DataOptions, 'mapping'> = {},
): Promise<{ examples: { row: number; example: Example }[]; rowsRead: number }> {
  const rows: Fields[] = []
  let rowsRead = 0
  for await (const one of readRows(source)) {
    rowsRead++
    if ('value' in one) rows.push(new Fields(one.row, one.value))
  }
  const formats = new RowFormats(
    options.mapping,
    rows.map(({ value }) => value),
  )
  const examples = rows.flatMap((fields) => {
    const mapping = formats.of(fields)
    if (mapping.format === 'unknown' || skipReason(fields)) return []
    try {
      return [{ row: fields.row, example: toExample(fields, mapping) }]
    } catch (error) {
      if (!(error instanceof TuneError)) throw error
      return []
    }
  })
  return { examples, rowsRead }
}
