import { shown } from '../errors/shown'
import { fail } from '../errors/index'
import { suggest } from '../errors/suggest'
import { checked } from './check'
import { learningRateAt, type ScheduleFields } from './schedules'

/**
 * What was changed while a run went on, from the step behind `after` on. A run file with its history is the whole run:
 * played from the beginning, it gives the same bits.
 */
export interface Steering {
  after: number
  /** In the place of learning_rate; the schedule goes on as it is. */
  learning_rate?: number
  /** Steps in all; the schedule is stretched from here on. */
  steps?: number
}
export type SteeringChange = Omit<Steering, 'after'>

const FIELDS = {
  after: { kind: 'number', min: 0, integer: true },
  learning_rate: { kind: 'number', above: 0 },
  steps: { kind: 'number', min: 1, integer: true },
} as const

/** `history` of a run file, by rising step. Throws `run-field-invalid`, `run-unknown-fields`. */
export function asHistory(value: unknown, written: string): Steering[] {
  if (!Array.isArray(value)) {
    throw fail('run-field-invalid', {
      field: written,
      value: shown(value),
      expected: { kind: 'only', value: [] },
    })
  }
  const entries = value.map((entry: unknown, i) => {
    const place = `${written}[${i}]`
    if (typeof entry !== 'object' || entry === null) throw fail('run-not-an-object', { what: place })
    const given: [string, unknown][] = Object.entries({ after: undefined, ...entry })
    const unknown = given.filter(([name]) => !Object.hasOwn(FIELDS, name))
    if (unknown.length > 0) {
      const fields = unknown.map(([name]) => ({
        field: `${place}.${name}`,
        suggestion: suggest(name, Object.keys(FIELDS)),
      }))
      throw fail('run-unknown-fields', { fields })
    }
    const read = given.map(([name, one]) => [
      name,
      checked(`${place}.${name}`, one, FIELDS[name as keyof typeof FIELDS]),
    ])
    return Object.fromEntries(read) as Steering
  })
  return entries.sort((a, b) => a.after - b.after)
}

type Steered = ScheduleFields & { history: readonly Steering[] }

/** Steps that a run has in all, as it stands behind `after` steps; `planned` without any change. */
export function stepsAt({ history }: Pick<Steered, 'history'>, planned: number, after = Infinity): number {
  return history.findLast((one) => one.after <= after && one.steps !== undefined)?.steps ?? planned
}

/** Learning rate of step `step` (1-based) of a run that was to have `planned` steps. */
export function steeredRate(run: Steered, step: number, planned: number): number {
  const before = run.history.filter(({ after }) => after < step)
  const learning_rate = before.findLast((one) => one.learning_rate !== undefined)?.learning_rate ?? run.learning_rate
  return learningRateAt({ ...run, learning_rate }, step, stepsAt(run, planned, step - 1))
}
