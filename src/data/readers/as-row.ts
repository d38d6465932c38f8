import { fail } from '../../errors'
import { unmark } from '../exact-json'
import { isObject } from '../shapes/fields'
import { isConversation } from '../shapes/messages'
import { kindOf } from '../shapes/roles'
import { isPair } from '../shapes/turns'
import type { RowValue, SourceRow } from '../source-row'

/** A value of a file as a row: lists and texts by themselves get the names of columns that hold such. */
export function asRow(row: number, value: unknown): SourceRow {
  if (isObject(value)) return { row, value: named(inner(value)) }
  if (typeof value === 'string') return { row, value: { text: value } }
  if (Array.isArray(value) && value.length > 0) {
    if (isChat(value)) return { row, value: 'role' in value[0] ? { messages: value } : { conversations: value } }
    if (value.every(isPair)) return { row, value: { conversations: value } }
    // Cells without names, as pandas' orient "values" has them.
    if (value.every((cell) => typeof cell !== 'object' || cell === null)) {
      return { row, value: Object.fromEntries(value.map((cell, k) => [String(k), cell])) }
    }
  }
  return { row, error: fail('data-row-not-object', { row }) }
}

/** The columns within the only column of a row (`translation`), or within a row of the dataset viewer. */
function inner(value: RowValue): RowValue {
  const keys = Object.keys(value)
  const [only] = keys.length === 1 ? Object.values(value) : 'row_idx' in value ? [value.row] : []
  return isObject(only) && !isConversation(value) ? only : value
}

/** Whether a value is a list of turns as OpenAI or ShareGPT write them. */
export function isChat(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every(isMessage)
}

/** A turn of a chat: somebody's role, and what they say. */
export function isMessage(value: unknown): boolean {
  if (!isObject(value)) return false
  const { role, from } = value
  if (typeof role === 'string' && kindOf(role)) {
    return ['content', 'value', 'text', 'tool_calls', 'function_call'].some((key) => key in value)
  }
  return typeof from === 'string' && kindOf(from) !== undefined && 'value' in value
}

/** Names of columns never come out again, so that the marks that keep their order are not needed. */
function named(value: RowValue): RowValue {
  if (!Object.keys(value).some((key) => key !== unmark(key))) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [unmark(key), field]))
}
