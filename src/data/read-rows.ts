import { fail } from '../errors'
import type { ByteSource } from '../contracts/bytes'
import { parseExact } from './exact-json'
import { refuseForeign } from './foreign-file'
import { ArrayScanner } from './json-array'
import type { RowValue, SourceRow } from './source-row'
import { isTable, readTable } from './table'
import { readText, type ReadOptions } from './text'

/**
 * Rows of JSON arrays, of JSON lines, of one object that holds the array in one of its fields, or of a CSV or TSV
 * table; gzip or not. A bare list of chat messages is one row.
 * A row that is broken alone is yielded with its error; a file that is broken as a whole throws, naming the place.
 */
export async function* readRows(source: ByteSource, options: ReadOptions = {}): AsyncGenerator<SourceRow> {
  if (source.size === 0) throw fail('data-empty', { file: source.name })
  await refuseForeign(source)
  const pieces = readText(source, options)
  let head = ''
  while (head.trimStart() === '') {
    const next = await pieces.next()
    if (next.done) break
    head += next.value
  }
  const first = head.trimStart()[0]
  if (first === undefined) throw fail('data-empty', { file: source.name })
  if (first === '[') {
    const { text, element } = await toFirstElement(head, pieces)
    const all = prepend(text, pieces)
    yield* isMessage(element) ? readLines(source.name, all) : readArrays(source.name, all)
  } else if (first === '{') yield* readLines(source.name, prepend(head, pieces))
  else if (isTable(source.name, head)) yield* readTable(source.name, prepend(head, pieces))
  else throw fail('data-not-json', { file: source.name, start: head.trimStart().slice(0, 40) })
}

async function* prepend(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head
  yield* rest
}

/**
 * Read on until the first element of the first array is whole. `element` is undefined where it is broken or there is
 * none.
 */
async function toFirstElement(
  head: string,
  pieces: AsyncGenerator<string>,
): Promise<{ text: string; element: unknown }> {
  const scanner = new ArrayScanner()
  let text = head
  let [found] = scanner.feed(head)
  while (found === undefined && scanner.state === 'inside') {
    const next = await pieces.next()
    if (next.done) break
    text += next.value
    found = scanner.feed(next.value)[0]
  }
  try {
    return { text, element: found === undefined ? undefined : JSON.parse(found) }
  } catch {
    return { text, element: undefined }
  }
}

async function* readArrays(file: string, pieces: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  const scanner = new ArrayScanner()
  let row = 0
  for await (const piece of pieces) {
    for (const element of scanner.feed(piece)) {
      row++
      yield parseRow(row, element)
    }
    if (scanner.strayLine !== null) throw fail('data-json-after', { file, line: scanner.strayLine })
  }
  if (scanner.state !== 'after') throw fail('data-json-cut', { file, row: row + 1, line: scanner.openLine })
}

async function* readLines(file: string, pieces: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  let line = 0
  let isFirst = true
  let held: string[] = []
  for await (const piece of pieces) {
    held.push(piece)
    if (!piece.includes('\n')) continue
    const lines = held.join('').split('\n')
    held = [lines.pop() as string]
    for (const [i, text] of lines.entries()) {
      line++
      const value = parseLine(line, text)
      if (isFirst && value && 'error' in value && /[[{,]\s*$/.test(text)) {
        // The first line stops in the middle of something: one value spread over many lines.
        const whole = await restOf([...lines.slice(i), ...held].join('\n'), pieces)
        yield* readWrapped(file, whole, line)
        return
      }
      if (value) {
        isFirst = false
        yield value
      }
    }
  }
  const last = parseLine(line + 1, held.join(''))
  if (!last) return
  if (isFirst) yield* readWrapped(file, held.join(''), line + 1)
  else yield last
}

async function restOf(head: string, pieces: AsyncIterable<string>): Promise<string> {
  const parts = [head]
  for await (const piece of pieces) parts.push(piece)
  return parts.join('')
}

/** `{"data": [rows]}`, one single row, or broken lines after all; `line` is the first one's number. */
function* readWrapped(file: string, text: string, line: number): Generator<SourceRow> {
  let value: unknown
  try {
    value = parseValue(text)
  } catch {
    const rows = text
      .split('\n')
      .map((one, i) => parseLine(line + i, one))
      .filter((row) => row !== null)
    // Lines that begin and end as objects are not cut off: each is wrong by itself.
    const isCut = !text.split('\n').every((one) => one.trim() === '' || /^\s*\{.*\}\s*$/.test(one))
    if (isCut && !rows.some((row) => 'value' in row)) throw fail('data-json-cut', { file, row: 1, line })
    yield* rows
    return
  }
  if (!isRow(value)) {
    yield asRow(1, value)
    return
  }
  const lists = Object.values(value).filter((field) => Array.isArray(field) && field.length > 0 && field.every(isRow))
  const isOneRow = ['messages', 'conversations', 'prompt', 'completion'].some((name) => name in value)
  if (isOneRow || lists.length !== 1) {
    yield { row: 1, value }
    return
  }
  let row = 0
  for (const element of lists[0] as RowValue[]) yield { row: ++row, value: element }
}

function parseLine(line: number, text: string): SourceRow | null {
  return text.trim() === '' ? null : parseRow(line, text)
}

function parseRow(row: number, text: string): SourceRow {
  let value: unknown
  try {
    value = parseValue(text)
  } catch (cause) {
    return { row, error: fail('data-row-json', { row, detail: (cause as Error).message }, cause) }
  }
  return asRow(row, value)
}

function asRow(row: number, value: unknown): SourceRow {
  if (isRow(value)) return { row, value }
  const isChat = Array.isArray(value) && value.length > 0 && value.every(isMessage)
  if (isChat) return { row, value: 'role' in value[0] ? { messages: value } : { conversations: value } }
  return { row, error: fail('data-row-not-object', { row }) }
}

/** Only what templates print as JSON again must be kept exactly as it is written. */
function parseValue(text: string): unknown {
  return /tool|function/.test(text) ? parseExact(text) : JSON.parse(text)
}

function isRow(value: unknown): value is RowValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A turn of a chat as OpenAI or ShareGPT write it. */
function isMessage(value: unknown): boolean {
  return isRow(value) && (typeof value.role === 'string' || typeof value.from === 'string')
}
