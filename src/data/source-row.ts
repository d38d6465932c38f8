import type { TuneError } from '../errors'

export type RowValue = Record<string, unknown>

/** A row as read: its value, or why it cannot be read. What `row` counts, its reader tells. */
export type SourceRow = { row: number; value: RowValue } | { row: number; error: TuneError }
