import { fail, type TuneError } from '../../errors'
import type { AskedRule } from './check'

/** A row in IFEval's own fields, with the answer to judge. */
export interface IfevalRow {
  /** Place in its file, from 1. */
  row: number
  key: string | number | null
  prompt: string
  rules: AskedRule[]
  response: string
}

/**
 * A row as the data set writes it: `prompt`, `instruction_id_list`, `kwargs` (an object a rule; in the published set
 * each has all parameters of all rules, null where they do not apply) and `response`. Lists may be JSON texts, as a
 * table holds them.
 */
export function readIfevalRow(row: number, value: Record<string, unknown>): IfevalRow {
  for (const field of ['prompt', 'response'])
    if (typeof value[field] !== 'string') throw fail('eval-row-text', { row, field })
  const { key } = value
  return {
    row,
    key: typeof key === 'string' || typeof key === 'number' ? key : null,
    prompt: value.prompt as string,
    rules: readAskedRules(row, value),
    response: value.response as string,
  }
}

/** The rules of a row or of a suite's item. */
export function readAskedRules(row: number, value: Record<string, unknown>): AskedRule[] {
  const names = listIn(value.instruction_id_list)
  if (!names || !names.every((name) => typeof name === 'string')) throw wrong(row, 'instruction_id_list')
  // A rule without parameters may have none given.
  const kwargs = value.kwargs == null ? [] : listIn(value.kwargs)
  if (!kwargs || !kwargs.every((one) => one === null || isObject(one))) throw wrong(row, 'kwargs')
  return names.map((rule, i) => ({ rule, parameters: (kwargs[i] ?? {}) as Record<string, unknown> }))
}

const wrong = (row: number, field: string): TuneError => fail('eval-row-rules', { row, field })

function listIn(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value
  if (typeof value !== 'string') return null
  try {
    const parsed: unknown = JSON.parse(value)
    return Array.isArray(parsed) ? parsed : null
  } catch {
    return null
  }
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
