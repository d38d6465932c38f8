import { shown } from '../../errors/shown'
import type { Draft } from '../draft'
import { aliases } from '../run-fields'

/** What becomes of one of another trainer's fields: fields here, or null where it is left out. */
type Translation = (value: unknown, all: Record<string, unknown>) => Record<string, unknown> | null

/** Settings of another trainer, by its own names. */
export interface Dialect {
  trainer: string
  /** Names that only its files have; two of them tell. */
  marks: readonly string[]
  /** Its fields: the name here, where the value means the same, or what becomes of it. Others go by Hugging Face's. */
  fields: Record<string, string | Translation>
  /** About the machine, the log or where files lie. */
  idle: readonly string[]
  /** What it takes for fields that are left out, by this run file's names (`lora.r`). */
  defaults(all: Record<string, unknown>): Record<string, unknown>
  model: string
  data: string
}

/** What the file of another trainer says, by this run file's names. */
export function translate(
  dialect: Dialect,
  json: Record<string, unknown>,
  line: (name: string) => number | null,
): Draft {
  const draft: Draft = {
    trainer: dialect.trainer,
    fields: dialect.defaults(json),
    places: new Map(),
    left: [],
    model: text(json[dialect.model]),
    data: text(json[dialect.data]),
  }
  for (const [name, value] of Object.entries(json)) {
    if (value === null || dialect.idle.includes(name)) continue
    const known = Object.hasOwn(dialect.fields, name) ? dialect.fields[name] : name
    const found = typeof known === 'string' ? { [known]: value } : known(value, json)
    const place = { text: `${name}: ${shown(value)}`, line: line(name) }
    if (!found) draft.left.push({ written: place.text, line: place.line, why: 'unsupported' })
    for (const [field, meant] of Object.entries(found ?? {})) {
      const here = Object.hasOwn(aliases, field) ? aliases[field] : field
      draft.fields[here] = meant
      draft.places.set(here, place)
    }
  }
  return draft
}

function text(value: unknown): string | null {
  if (Array.isArray(value)) return text(value[0])
  if (typeof value === 'object' && value !== null) return text((value as Record<string, unknown>).path)
  return typeof value === 'string' ? value : null
}

/** A field that must have one of these values, which change nothing here. */
export const only =
  (...values: unknown[]): Translation =>
  (value) =>
    values.includes(value) ? {} : null
