import { fail } from '../../errors'
import type { TuneError } from '../../errors'
import { unmark } from '../exact-json'
import { isNamed } from '../mapping'
import { isObject } from '../shapes/fields'
import { isConversation } from '../shapes/messages'
import { isChat } from './as-row'

/** What an object around a file's rows holds, and what is to be said about it. */
export interface Unwrapped {
  elements: unknown[]
  notes: TuneError[]
}

type Fold = Record<string, unknown>

const TRAIN_SPLITS = ['train', 'training', 'train_sft', 'sft']
const SPLIT = /^(train|training|validation|valid|val|dev|eval|evaluation|test|sft)([_-].*)?$|^.*_(sft|split)$/i

/**
 * The rows inside the one object of a file: a table turned on its side (pandas' `to_json` in every orientation, lists
 * by column), splits, an answer of the dataset viewer, or any object around one list. null where it is a row itself.
 */
export function unwrap(value: Fold, file: string): Unwrapped | null {
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => [unmark(key), field])
  if (fields.length === 0 || isConversation(value)) return null
  return (
    fromSplits(fields, file) ??
    fromViewer(value, file) ??
    plainly(fromSplitOrient(value)) ??
    plainly(fromMappings(fields)) ??
    plainly(fromLists(fields)) ??
    fromAround(value, fields, file)
  )
}

const plainly = (elements: unknown[] | null): Unwrapped | null => elements && { elements, notes: [] }

/** `{"train": [...], "test": [...]}`: the part for training, and a word about the others. */
function fromSplits(fields: [string, unknown][], file: string): Unwrapped | null {
  const areSplits = fields.every(([name, part]) => SPLIT.test(name) && typeof part === 'object' && part !== null)
  if (!areSplits || (fields.length === 1 && !Array.isArray(fields[0][1]))) return null
  const trained = fields.find(([name]) => TRAIN_SPLITS.includes(name.toLowerCase())) ?? fields[0]
  const inside = Array.isArray(trained[1]) ? plainly(trained[1]) : unwrap(trained[1] as Fold, file)
  if (!inside) return null
  const others = fields.map(([name]) => name).filter((name) => name !== trained[0])
  const note = others.length > 0 ? [fail('data-splits', { file, read: trained[0], others })] : []
  return { elements: inside.elements, notes: [...note, ...inside.notes] }
}

/** The dataset viewer's `/rows` and `/first-rows`: `{"features": [...], "rows": [{"row_idx", "row": {...}}]}`. */
function fromViewer(value: Fold, file: string): Unwrapped | null {
  const { rows, num_rows_total: total } = value
  const isPage = Array.isArray(rows) && rows.length > 0 && rows.every((one) => isObject(one) && isObject(one.row))
  if (!isPage) return null
  const notes: TuneError[] = []
  if (typeof total === 'number' && total > rows.length) {
    notes.push(fail('data-viewer-page', { file, rows: rows.length, total }))
  }
  const cut = rows.filter((one) => Array.isArray(one.truncated_cells) && one.truncated_cells.length > 0).length
  if (cut > 0) notes.push(fail('data-viewer-cut', { file, rows: cut }))
  return { elements: rows.map((one) => one.row as unknown), notes }
}

/** pandas' orient "split": `{"columns": [...], "index": [...], "data": [[...], ...]}`. */
function fromSplitOrient({ columns, data }: Fold): unknown[] | null {
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return null
  const names = columns.map(String)
  return data.map((cells: unknown[]) => Object.fromEntries(names.map((name, k) => [name, cells[k]])))
}

/** pandas' orients "columns" (`{column: {index: cell}}`, the default) and "index" (`{index: {column: cell}}`). */
function fromMappings(fields: [string, unknown][]): unknown[] | null {
  if (!fields.every(([, field]) => isObject(field) && Object.keys(field).length > 0)) return null
  const parts = fields as [string, Fold][]
  const byIndex = () => parts.map(([, row]) => row)
  if (parts.every(([name]) => /^\d+$/.test(name))) return byIndex()
  const index = Object.keys(parts[0][1])
  const isTable = parts.every(([, cells]) => Object.keys(cells).join('\0') === index.join('\0'))
  const byColumn = () => index.map((key) => Object.fromEntries(parts.map(([name, cells]) => [name, cells[key]])))
  if (isTable && index.every((key) => /^\d+$/.test(unmark(key)))) return byColumn()
  // Named rows: by whichever way what comes out is known.
  if (isTable && isKnown(byColumn()[0])) return byColumn()
  return isKnown(parts[0][1]) ? byIndex() : null
}

/** `{column: [cell, ...]}`, as `Dataset.to_dict` writes it. */
function fromLists(fields: [string, unknown][]): unknown[] | null {
  const columns = fields as [string, unknown[]][]
  if (!columns.every(([, list]) => Array.isArray(list) && list.length === (fields[0][1] as unknown[]).length))
    return null
  if (columns.some(([, list]) => isChat(list))) return null
  // One list of objects is a list of rows.
  if (columns.length === 1 && columns[0][1].some(isObject)) return null
  return columns[0][1].map((_, i) => Object.fromEntries(columns.map(([name, list]) => [name, list[i]])))
}

/** The one list of objects among other fields, or the one in the only object among them. */
function fromAround(value: Fold, fields: [string, unknown][], file: string): Unwrapped | null {
  if (isKnown(value)) return null
  const lists = fields.filter(([, field]) => Array.isArray(field) && field.length > 0 && field.every(isObject))
  if (lists.length === 1 && !isChat(lists[0][1])) return plainly(lists[0][1] as unknown[])
  const objects = fields.filter(([, field]) => isObject(field))
  return lists.length === 0 && objects.length === 1 ? unwrap(objects[0][1] as Fold, file) : null
}

const isKnown = (value: unknown): boolean => isObject(value) && isNamed(value)
