import { fail } from '../../errors'
import { LooseJsonError, parseLooseSequence } from '../loose-json'
import { isObject } from '../shapes/fields'
import type { SourceRow } from '../source-row'
import { ArrayScanner } from './array-scanner'
import { asRow, isMessage } from './as-row'
import { linesOf } from './lines'
import type { DataFile, FileHead, Reader } from './reader'
import { unwrap } from './unwrap'
import type { Cut } from './value-cutter'
import { parsed, ValueCutter } from './value-cutter'

/**
 * JSON, and what is written like it: lists, one or several; values one after another, a line each (JSON lines), spread
 * over lines or glued together; one object around the rows (`unwrap.ts`).
 */
export const json: Reader = {
  name: 'json',
  sniff({ name, text }: FileHead) {
    const start = text?.replace(/^[\s\ufeff\x1e]+/, '') ?? ''
    // A table may begin with a quotation mark, too.
    return /^[[{]/.test(start) || (/^["']/.test(start) && /\.(json|jsonl|ndjson)(\.gz)?$/i.test(name))
  },
  async *rows(file) {
    const pieces = file.text[Symbol.asyncIterator]()
    let head = ''
    while (head.trim() === '') {
      const next = await pieces.next()
      if (next.done) break
      head += next.value
    }
    if (!/^[\s\ufeff\x1e]*\[/.test(head)) return yield* values(file, prepend(head, pieces))
    const { text, isList } = await lookInto(head, pieces)
    yield* isList ? elements(file, prepend(text, pieces)) : values(file, prepend(text, pieces))
  },
}

async function* prepend(head: string, rest: AsyncIterator<string>): AsyncGenerator<string> {
  yield head
  while (true) {
    const next = await rest.next()
    if (next.done) return
    yield next.value
  }
}

/**
 * Read on until it is clear whether the first list is a list of rows, or itself a row: a chat, or the cells of a row
 * that is followed by others.
 */
async function lookInto(head: string, pieces: AsyncIterator<string>): Promise<{ text: string; isList: boolean }> {
  const scanner = new ArrayScanner()
  let text = head
  let [first] = scanner.feed(head)
  const readOn = async (): Promise<boolean> => {
    const next = await pieces.next()
    if (next.done) return false
    text += next.value
    const [found] = scanner.feed(next.value)
    first ??= found
    return true
  }
  while (first === undefined && scanner.state === 'inside' && (await readOn()));
  const element = first === undefined ? undefined : (parsed(first) as { value?: unknown }).value
  if (isMessage(element)) return { text, isList: false }
  const isCell = element !== undefined && (typeof element !== 'object' || element === null)
  if (!isCell) return { text, isList: true }
  while (scanner.lists < 2 && scanner.strayLine === null && (await readOn()));
  return { text, isList: scanner.lists < 2 }
}

async function* elements(file: DataFile, pieces: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  file.numbered('place')
  const scanner = new ArrayScanner()
  let row = 0
  for await (const piece of pieces) {
    for (const element of scanner.feed(piece)) for (const value of valuesIn(element)) yield value(++row)
    if (scanner.strayLine !== null) throw fail('data-json-after', { file: file.name, line: scanner.strayLine })
  }
  if (scanner.state !== 'after') throw fail('data-json-cut', { file: file.name, row: row + 1, line: scanner.openLine })
}

/** The rows of an element's text: several where commas between them are missing. */
function valuesIn(element: string): ((row: number) => SourceRow)[] {
  const result = parsed(element)
  if ('value' in result) return [(row) => asRow(row, result.value)]
  try {
    const all = parseLooseSequence(element)
    if (all.length > 1) return all.map((value) => (row: number) => asRow(row, value))
  } catch (error) {
    if (!(error instanceof LooseJsonError)) throw error
  }
  return [(row) => broken(row, result.error)]
}

async function* values(file: DataFile, pieces: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  const cutter = new ValueCutter()
  /** The first value, held until another follows: alone it may be an object around the rows. */
  let first: Cut | null = null
  let count = 0
  /** Rows are numbered by their lines where the first is a line; else they are counted. */
  let byLine = true
  const number = (cut: Cut) => (byLine ? cut.line : count)
  for await (const line of linesOf(pieces)) {
    for (const cut of cutter.feed(line)) {
      if (count++ === 0) {
        byLine = cut.isLine || 'error' in cut.result
        file.numbered(byLine ? 'line' : 'place')
        first = cut
        continue
      }
      if (first) yield rowOf(byLine ? first.line : 1, first)
      first = null
      yield rowOf(number(cut), cut)
    }
  }
  const last = cutter.finish()
  if (first) yield* last ? [rowOf(byLine ? first.line : 1, first)] : alone(first, file)
  if (!last) return
  if (count++ === 0) throw fail('data-json-cut', { file: file.name, row: 1, line: last.line })
  yield rowOf(number(last), last)
}

/** The only value of a file. */
function* alone(cut: Cut, file: DataFile): Generator<SourceRow> {
  const value = 'value' in cut.result ? cut.result.value : null
  const inside = isObject(value) ? unwrap(value, file.name) : null
  if (!inside) return yield rowOf(cut.isLine ? cut.line : 1, cut)
  file.numbered('place')
  for (const note of inside.notes) file.note(note)
  let row = 0
  for (const element of inside.elements) yield asRow(++row, element)
}

function rowOf(row: number, { result }: Cut): SourceRow {
  return 'value' in result ? asRow(row, result.value) : broken(row, result.error)
}

function broken(row: number, { at, found, isOpen }: LooseJsonError): SourceRow {
  return { row, error: fail('data-row-json', { row, character: at + 1, found, isOpen }) }
}
