import type { ByteSource } from '../contracts/bytes'
import type { RowNumbering } from '../contracts/data'
import { fail } from '../errors'
import type { TuneError } from '../errors'
import { refuseForeign } from './foreign-file'
import { readerOf } from './readers'
import type { SourceRow } from './source-row'
import { textPieces, type TextOptions } from './text'

/** Bytes by which kinds of files are told. */
const HEAD_BYTES = 512
/** White space before the first row; a file of nothing else may unpack to any size. */
const MOST_BLANK = 1 << 24

export interface RowOptions extends TextOptions {
  /** What is to be known of the file as a whole. */
  onNote?: (note: TuneError) => void
  /** What the numbers of its rows are. */
  onNumbering?: (numbering: RowNumbering) => void
}

/**
 * The rows of a data file, by the first of the readers (`readers/index.ts`) that knows its beginning; gzip or not.
 * A row that is broken alone is yielded with its error; a file that is broken as a whole throws, naming the place.
 */
export async function* readRows(source: ByteSource, options: RowOptions = {}): AsyncGenerator<SourceRow> {
  const { name } = source
  if (source.size === 0) throw fail('data-empty', { file: name })
  const bytes = await source.read(0, Math.min(HEAD_BYTES, source.size))
  const note = (one: TuneError) => options.onNote?.(one)
  const numbered = (numbering: RowNumbering) => options.onNumbering?.(numbering)
  // A kind that is no text is told by its bytes alone.
  const binary = readerOf({ name, bytes, text: null })
  if (binary) return yield* binary.rows({ name, source, text: nothing(), note, numbered })
  await refuseForeign(source)
  const pieces = textPieces(source, options)
  let text = ''
  for (let isBlank = true; isBlank && text.length < MOST_BLANK;) {
    const next = await pieces.next()
    if (next.done) break
    text += next.value
    isBlank = next.value.trim() === ''
  }
  if (text.trim() === '') throw fail('data-empty', { file: name })
  const reader = readerOf({ name, bytes, text })
  if (!reader) throw fail('data-not-json', { file: name, start: text.trimStart().slice(0, 40) })
  yield* reader.rows({ name, source, text: prepend(text, pieces), note, numbered })
}

async function* nothing(): AsyncGenerator<string> {}

async function* prepend(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head
  yield* rest
}
