import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readRows } from '../../src/data'
import { pythonText } from '../../src/data/exact-json'
import { structureIn } from '../../src/data/shapes/fields'
import { memoryFile } from '../helpers/data'
import { goldenPath } from '../helpers/golden'

/** Written by tools/reference/golden_data_files.py: what `datasets`, pandas or Python's json and str make of a file. */
interface Golden {
  files: { name: string; by: string; text: string; rows: Record<string, string | null>[] }[]
}
const { files } = JSON.parse(readFileSync(goldenPath('files/files.json'), 'utf8')) as Golden

const asPrinted = (value: unknown) => (value === null || value === undefined ? null : pythonText(value))

describe('files are read as the Python stack reads them', () => {
  it.each(files)('$name, by $by', async ({ name, text, rows }) => {
    const read: Record<string, unknown>[] = []
    for await (const row of readRows(memoryFile(name, text))) {
      if ('error' in row) throw row.error
      read.push(row.value)
    }
    const wanted = rows.map((row, i) =>
      Object.fromEntries(
        Object.keys(row).map((column) => {
          const value = read[i]?.[column]
          // A list that was printed into a cell is a text until somebody asks for the list.
          const isPrinted = name === 'printed.csv' && typeof value === 'string'
          return [column, asPrinted((isPrinted && structureIn(value)) || value)]
        }),
      ),
    )
    expect(read).toHaveLength(rows.length)
    expect(wanted).toEqual(rows)
    // Beyond them, nothing but an index without a name, or what pandas' orient "table" calls one.
    const more = new Set(read.flatMap((row, i) => Object.keys(row).filter((column) => !(column in rows[i]))))
    expect([...more].filter((column) => !['Unnamed: 0', 'index'].includes(column))).toEqual([])
  })
})
