import { fail } from '../errors'
import type { ByteSource } from '../formats/bytes'
import { parseExact } from './exact-json'
import { ArrayScanner } from './json-array'
import type { RowValue, SourceRow } from './source-row'
import { isTable, readTable } from './table'
import { readText, type ReadOptions } from './text'

/**
 * Rows of a JSON array, of JSON lines, of one object that holds the array in one of its fields, or of a CSV or TSV
 * table; gzip or not.
 * A row that is broken alone is yielded with its error; a file that is broken as a whole throws, naming the place.
 */
export async function* readRows(source: ByteSource, options: ReadOptions = {}): AsyncGenerator<SourceRow> {
  if (source.size === 0) throw fail('data-empty', { file: source.name })
  const pieces = readText(source, options)
  let head = ''
  while (head.trimStart() === '') {
    const next = await pieces.next()
    if (next.done) break
    head += next.value
  }
  const first = head.trimStart()[0]
  if (first === undefined) throw fail('data-empty', { file: source.name })
  const all = prepend(head, pieces)
  if (first === '[') yield* readArray(source.name, all)
  else if (first === '{') yield* readLines(source.name, all)
  else if (isTable(source.name, head)) yield* readTable(source.name, all)
  else throw fail('data-not-json', { file: source.name, start: head.trimStart().slice(0, 40) })
}

async function* prepend(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield head
  yield* rest
}

async function* readArray(file: string, pieces: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  const scanner = new ArrayScanner()
  let row = 0
  for await (const piece of pieces) {
    for (const element of scanner.feed(piece)) {
      row++
      yield parseRow(row, element)
    }
  }
  if (scanner.state !== 'after') throw fail('data-json-cut', { file, row: row + 1, line: scanner.openLine })
}

async function* readLines(file: string, pieces: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  let line = 0
  let held = ''
  for await (const piece of pieces) {
    const lines = (held + piece).split('\n')
    held = lines.pop() as string
    for (const text of lines) {
      line++
      const value = parseLine(line, text)
      if (line === 1 && value && 'error' in value && /[[{,]\s*$/.test(text)) {
        // The first line stops in the middle of something: one object spread over many lines.
        const whole = await restOf([text, ...lines.slice(1), held].join('\n'), pieces)
        yield* readWrapped(file, whole)
        return
      }
      if (value) yield value
    }
  }
  const last = parseLine(line + 1, held)
  if (!last) return
  if (line === 0) yield* readWrapped(file, held)
  else yield last
}

async function restOf(head: string, pieces: AsyncIterable<string>): Promise<string> {
  const parts = [head]
  for await (const piece of pieces) parts.push(piece)
  return parts.join('')
}

/** `{"data": [rows]}`, one single row, or broken lines after all. */
function* readWrapped(file: string, text: string): Generator<SourceRow> {
  let value: unknown
  try {
    value = parseValue(text)
  } catch {
    let line = 0
    let good = 0
    const rows: SourceRow[] = []
    for (const one of text.split('\n')) {
      const row = parseLine(++line, one)
      if (!row) continue
      if ('value' in row) good++
      rows.push(row)
    }
    if (good === 0) throw fail('data-json-cut', { file, row: 1, line: 1 })
    yield* rows
    return
  }
  if (!isRow(value)) {
    yield { row: 1, error: fail('data-row-not-object', { row: 1 }) }
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
  return isRow(value) ? { row, value } : { row, error: fail('data-row-not-object', { row }) }
}

/** Only what templates print as JSON again must be kept exactly as it is written. */
function parseValue(text: string): unknown {
  return /tool|function/.test(text) ? parseExact(text) : JSON.parse(text)
}

function isRow(value: unknown): value is RowValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
