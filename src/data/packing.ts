import type { Line } from './collate'

/**
 * Best-fit decreasing: rows from long to short, each into the fullest line that still has room for it, a new line
 * otherwise. Rows longer than `maxLength` are expected to have been cut. Returns lines of row indices.
 * Lengths are at most max_length, so the open lines are kept by the room they have left.
 */
export function packLines(lengths: readonly number[], maxLength: number): Line[] {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[b] - lengths[a] || a - b)
  const byRoom: Line[][] = Array.from({ length: maxLength + 1 }, () => [])
  const lines: Line[] = []
  for (const index of order) {
    const length = lengths[index]
    let room = length
    while (room < maxLength && byRoom[room].length === 0) room++
    let line: Line
    if (room < maxLength) line = byRoom[room].shift() as Line
    else {
      line = []
      lines.push(line)
    }
    line.push(index)
    byRoom[room - length].push(line)
  }
  return lines
}
