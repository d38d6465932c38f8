import { fail } from '../errors/index'
import { suggest } from '../errors/suggest'
import { checked } from './check'
import { scheduleOf, type ScheduleArguments, type ScheduleFields, type SchedulerType } from './schedules'

const FIELD = 'lr_scheduler_kwargs'

/**
 * `lr_scheduler_kwargs` as the chosen schedule takes them. Throws what transformers would refuse: `run-unknown-fields`,
 * `run-field-invalid`, `run-schedule-needs`.
 */
export function checkArguments(run: ScheduleFields): ScheduleArguments {
  const { args = {}, oneOf, belowRate = [] } = scheduleOf(run.lr_scheduler_type)
  const given = Object.entries(run.lr_scheduler_kwargs).filter(([, value]) => value !== null)
  const unknown = given.filter(([name]) => !Object.hasOwn(args, name))
  if (unknown.length > 0) {
    const fields = unknown.map(([name]) => ({
      field: `${FIELD}.${name}`,
      suggestion: suggest(name, Object.keys(args)),
    }))
    throw fail('run-unknown-fields', { fields })
  }
  const found: ScheduleArguments = {}
  for (const [name, value] of given) {
    const expected = args[name]
    const below = belowRate.includes(name) ? { below: run.learning_rate } : {}
    found[name] = checked(`${FIELD}.${name}`, value, { ...expected, ...below }) as number | string
  }
  const stated = oneOf?.filter((name) => Object.hasOwn(found, name)) ?? []
  if (oneOf && stated.length !== 1) {
    throw fail('run-schedule-needs', { schedule: run.lr_scheduler_type, oneOf: [...oneOf], stated })
  }
  return found
}

/** What of `args` another schedule takes as well; where it then lacks something, what it begins with. */
export function argumentsFor(type: SchedulerType, args: ScheduleArguments): ScheduleArguments {
  const { args: known = {}, oneOf = [], start = {} } = scheduleOf(type)
  const kept = Object.fromEntries(Object.entries(args).filter(([name]) => Object.hasOwn(known, name)))
  return oneOf.length > 0 && !oneOf.some((name) => name in kept) ? { ...kept, ...start } : kept
}

/** `min_lr_rate=0.1, num_cycles=1` as a person writes them in a field; a word without a value stays to be refused. */
export function readArguments(text: string): ScheduleArguments {
  const pairs = text.split(/[,;]/).filter((one) => one.trim() !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, ...rest] = pair.split('=')
      const value = rest.join('=').trim()
      return [name.trim(), value === '' || Number.isNaN(Number(value)) ? value : Number(value)]
    }),
  )
}

export const argumentsText = (args: ScheduleArguments): string =>
  Object.entries(args)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
