import { fail } from '../../errors'
import { linesOf } from './lines'
import type { Reader } from './reader'

/** A text file without columns: a row for each line, as `datasets` reads it. */
export const plainText: Reader = {
  name: 'text',
  sniff: ({ name, text }) => text !== null && /\.(txt|text|md)(\.gz)?$/i.test(name),
  async *rows(file) {
    file.note(fail('data-read-lines', { file: file.name }))
    file.numbered('line')
    let row = 0
    for await (const { text } of linesOf(file.text)) {
      row++
      if (text.trim() !== '') yield { row, value: { text } }
    }
  },
}
