import { fail } from '../../errors'
import type { TuneError } from '../../errors'
import type { ColumnUse } from '../../contracts/data'
import { parseExact, pythonJson, pythonText } from '../exact-json'
import { LooseJsonError, parseLoose } from '../loose-json'
import type { RowValue } from '../source-row'

/** What is to be said of a row that is used all the same; counted over the file, see `notes.ts`. */
export type Remark =
  | 'answer-empty'
  | 'answer-object'
  | 'flag-fraction'
  | 'flag-on-question'
  | 'rejected-half'
  | 'system-twice'
  | 'text-as-chat'
  | 'turn-untrained'

/** Spelling of a column's name that does not count: case, spaces, underscores, hyphens. */
const plainName = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '')

/** Whether a value says anything: neither null nor blank nor an empty list. */
export function isPresent(value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'string') return value.trim() !== ''
  return !Array.isArray(value) || value.length > 0
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of a text that holds a list or mapping as JSON or as Python prints one; undefined where it does not. */
export function structureIn(text: string): unknown {
  if (!/^\s*(?:[[{(]|array\()/.test(text)) return undefined
  try {
    return parseExact(text)
  } catch {
    try {
      return parseLoose(text)
    } catch (error) {
      if (error instanceof LooseJsonError) return undefined
      throw error
    }
  }
}

/**
 * A row's columns by name, whichever way the name is spelt. Remembers what each was used as, so that what is not used
 * can be said.
 */
export class Fields {
  readonly uses = new Map<string, ColumnUse>()
  readonly remarks = new Map<Remark, number>()
  readonly row: number
  readonly value: RowValue
  private readonly names = new Map<string, string>()

  constructor(row: number, value: RowValue) {
    this.row = row
    this.value = value
    for (const name of Object.keys(value)) {
      const plain = plainName(name)
      // The name that is written plainly goes before one that only folds to it.
      if (!this.names.has(plain) || plain === name) this.names.set(plain, name)
    }
  }

  /** The first of these columns that says something. Names in their plain spelling, or exactly as in the file. */
  find(...names: readonly string[]): string | undefined {
    return names.map((name) => this.nameOf(name)).find((name) => name !== undefined && isPresent(this.value[name]))
  }

  has(...names: readonly string[]): boolean {
    return this.find(...names) !== undefined
  }

  /** The column under its name in the file, present or not. */
  nameOf(name: string): string | undefined {
    return Object.hasOwn(this.value, name) ? name : this.names.get(plainName(name))
  }

  get(name: string): unknown {
    const own = this.nameOf(name)
    return own === undefined ? undefined : this.value[own]
  }

  use(name: string, as: ColumnUse): void {
    const own = this.nameOf(name)
    if (own !== undefined) this.uses.set(own, as)
  }

  remark(remark: Remark, count = 1): void {
    this.remarks.set(remark, (this.remarks.get(remark) ?? 0) + count)
  }

  /** A text that must be there; lists and mappings become JSON. `names`: the first that says something counts. */
  text(as: ColumnUse, ...names: readonly string[]): string {
    const name = this.find(...names)
    if (name === undefined) throw this.lacks(names)
    const value = this.value[name]
    this.use(name, as)
    if (typeof value !== 'object') return pythonText(value)
    if (as === 'answer' || as === 'completion') this.remark('answer-object')
    return pythonJson(value)
  }

  /** The same where it may be missing: "" then. */
  optionalText(as: ColumnUse, ...names: readonly string[]): string {
    return this.has(...names) ? this.text(as, ...names) : ''
  }

  /** Why none of these columns can be used: none is there, or the first that is there is null or blank. */
  lacks(names: readonly string[]): TuneError {
    const field = names.map((name) => this.nameOf(name)).find((name) => name !== undefined)
    const { row } = this
    if (field === undefined) {
      return fail('data-row-missing-field', { row, field: names[0], columns: Object.keys(this.value) })
    }
    const value = this.value[field]
    return fail('data-row-empty-field', { row, field, isNull: value === null || value === undefined })
  }
}
