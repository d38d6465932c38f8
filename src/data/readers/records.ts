/** One record of a table. */
export interface TableRecord {
  cells: string[]
  /** Where the next one begins. */
  end: number
  /** Some cell begins with a quotation mark that does not enclose it, and is taken as it stands. */
  isLiteral: boolean
}

/** How far a quoted cell is followed beyond its line before its quotation mark is taken for a character. */
const LONGEST_CELL = 4 << 20

/**
 * The record that begins at `at`: cells between separators, quoted ones across separators and line breaks, a doubled
 * quotation mark in them being one. A cell whose mark is not closed right before a separator or the line's end stands
 * for itself, mark included: databases and spreadsheets write tab-separated texts that way. `width`: how many cells a
 * record has; of two ways to read a line, the one that gives so many counts. `null`: more text is needed.
 */
export function readRecord(
  text: string,
  at: number,
  separator: string,
  width: number,
  isEnd: boolean,
): TableRecord | null {
  const quoted = readCells(text, at, separator, isEnd)
  if (quoted && quoted !== 'open' && !quoted.isLiteral) return quoted
  if (quoted === null && text.length - at < LONGEST_CELL) return null
  const line = readLine(text, at, separator, isEnd)
  if (!quoted || quoted === 'open') return line
  return line && line.cells.length === width ? line : quoted
}

/** Cells with quotation marks heeded; 'open' where one is never closed, null where it is not closed yet. */
function readCells(text: string, start: number, separator: string, isEnd: boolean): TableRecord | 'open' | null {
  const cells: string[] = []
  let isLiteral = false
  let at = start
  while (true) {
    let end: number
    const quoted = text[at] === '"' ? quotedEnd(text, at) : null
    if (quoted === -1) return isEnd ? 'open' : null
    if (quoted !== null && isBorder(text, quoted, separator)) {
      cells.push(text.slice(at + 1, quoted - 1).replaceAll('""', '"'))
      end = quoted
    } else {
      if (quoted !== null) isLiteral = true
      end = cellEnd(text, quoted ?? at, separator)
      cells.push(text.slice(at, end))
    }
    if (end >= text.length || (text[end] === '\r' && end + 1 >= text.length)) {
      // What follows may belong to the cell, or complete the line break.
      return isEnd ? { cells, end: text.length, isLiteral } : null
    }
    if (!text.startsWith(separator, end) || separator === '') {
      return { cells, end: end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1), isLiteral }
    }
    at = end + separator.length
  }
}

/** One line, its quotation marks being characters. */
function readLine(text: string, at: number, separator: string, isEnd: boolean): TableRecord | null {
  const end = cellEnd(text, at, '')
  if (end + 1 >= text.length && !isEnd) return null
  const line = text.slice(at, end)
  const cells = separator === '' ? [line] : line.split(separator)
  return { cells, end: end + (text[end] === '\r' && text[end + 1] === '\n' ? 2 : 1), isLiteral: true }
}

/** Behind the mark that closes the one at `at`; -1 where there is none. */
function quotedEnd(text: string, at: number): number {
  let end = at + 1
  while (true) {
    end = text.indexOf('"', end)
    if (end < 0) return -1
    if (text[end + 1] !== '"') return end + 1
    end += 2
  }
}

const isBorder = (text: string, at: number, separator: string): boolean =>
  at >= text.length || text[at] === '\n' || text[at] === '\r' || (separator !== '' && text.startsWith(separator, at))

function cellEnd(text: string, at: number, separator: string): number {
  let end = at
  while (end < text.length && !isBorder(text, end, separator)) end++
  return end
}
