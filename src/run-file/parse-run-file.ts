import type { SerializedError } from '../errors/index'
import { fail, TuneError } from '../errors/index'
import { shown } from '../errors/shown'
import { suggest } from '../errors/suggest'
import type { Projection } from '../contracts/model'
import { checked } from './check'
import { asHistory } from './history'
import { otherName } from './dialects'
import { knowsOptimArgs, optimizerNamed, type OptimName } from './optimizers'
import {
  aliases,
  loraAliases,
  loraFields,
  loraNeutralOnly,
  neutralOnly,
  optimizers,
  projections,
  quantizationFields,
  runFields,
  withoutEffect,
} from './run-fields'
import type { RunFile } from './run-file'
import { fileDefaults, NO_CUT } from './run-file'
import { checkArguments } from './schedule-arguments'

type Json = Record<string, unknown>

export interface ParsedRunFile {
  run: RunFile
  /** Which fields the file states, by their names here ("learning_rate", "lora.r"). */
  stated: Set<string>
  /** What was understood but changes nothing, or is done differently here. */
  warnings: SerializedError[]
}

/** Told of a field that cannot be taken, by its spelling in the file; the field then keeps its default. */
type Refuse = (refused: TuneError, written: string) => void

/**
 * Read a run file: new and old Hugging Face names, nested or flat LoRA and quantisation settings. Absent fields (and
 * null, but for max_length) take `defaults`. Throws a TuneError naming the field, unless `refuse` hears of it instead:
 * `run-not-an-object`, `run-unknown-fields`, `run-field-invalid`, `run-field-twice`, `run-field-unsupported`,
 * `run-optimizer-unsupported`, `run-schedule-needs`, `run-targets-invalid`.
 */
export function parseRunFile(json: unknown, defaults: RunFile = fileDefaults, refuse?: Refuse): ParsedRunFile {
  const run = structuredClone(defaults)
  const refusing = (written: string, take: () => void) => {
    try {
      take()
    } catch (error) {
      if (!refuse || !(error instanceof TuneError)) throw error
      refuse(error, written)
    }
  }
  const fields = flatten(asObject(json, 'run file'), refusing)
  const warnings: SerializedError[] = []
  const idle: string[] = []
  const unknown: { field: string; suggestion: string | null }[] = []
  const stated = new Set<string>()

  for (const [field, { value, written }] of fields) {
    refusing(written, () => {
      const kind = takeField(run, field, value, written, warnings)
      if (kind === 'idle') idle.push(written)
      if (kind !== 'unknown') stated.add(field)
      else if (refuse) throw fail('run-unknown-fields', { fields: [unknownField(field, written)] })
      else unknown.push(unknownField(field, written))
    })
  }

  if (unknown.length > 0) throw fail('run-unknown-fields', { fields: unknown })
  const dataSeed = fields.get('data_seed')
  if (dataSeed && dataSeed.value !== run.seed) {
    refusing(dataSeed.written, () => {
      throw fail('run-field-unsupported', { field: dataSeed.written, value: shown(dataSeed.value) })
    })
  }
  refusing(fields.get('lr_scheduler_type')?.written ?? 'lr_scheduler_type', () => {
    const asked = { ...run }
    run.lr_scheduler_type = defaults.lr_scheduler_type
    run.lr_scheduler_kwargs = defaults.lr_scheduler_kwargs
    run.lr_scheduler_kwargs = checkArguments(asked)
    run.lr_scheduler_type = asked.lr_scheduler_type
  })
  refusing('packing', () => {
    if (!run.packing || run.max_length !== NO_CUT) return
    run.packing = false
    throw fail('run-packing-uncut', {})
  })
  // Who holds rows out wants to know how the run does on them.
  if (
    (run.eval_split !== 0 || run.eval_data !== null) &&
    !stated.has('eval_strategy') &&
    defaults.eval_strategy === 'no'
  ) {
    run.eval_strategy = 'steps'
    run.eval_steps ??= 0.1
  }
  for (const field of ['load_best_model_at_end', 'early_stopping_patience', 'save_strategy'] as const) {
    const asks = field === 'save_strategy' ? run[field] === 'best' : Boolean(run[field])
    if (!asks || run.eval_strategy !== 'no') continue
    refusing(fields.get(field)?.written ?? field, () => {
      Object.assign(run, { [field]: fileDefaults[field] })
      throw fail('run-needs-evaluation', { field })
    })
  }
  // A file that says how often wants them; the libraries' own default is to write them.
  if (stated.has('save_steps') && !stated.has('save_strategy')) run.save_strategy = 'steps'
  // transformers 5 folded warmup_ratio into warmup_steps: below 1 it is a share of all steps.
  if (run.warmup_steps > 0 && run.warmup_steps < 1) [run.warmup_ratio, run.warmup_steps] = [run.warmup_steps, 0]
  if (run.group_by_length && !run.shuffle) warnings.push(fail('run-grouping-shuffles', {}).toJSON())
  if (run.quantization.bnb_4bit_compute_dtype === 'bfloat16') warnings.push(fail('run-no-bfloat16', {}).toJSON())
  if (idle.length > 0) warnings.push(fail('run-fields-without-effect', { fields: idle }).toJSON())
  return { run, stated, warnings }
}

/** Takes one field into the run; says what kind it is where it has no place there. */
function takeField(
  run: RunFile,
  field: string,
  value: unknown,
  written: string,
  warnings: SerializedError[],
): 'taken' | 'idle' | 'unknown' {
  const [group, name] = field.includes('.') ? field.split('.') : ['', field]
  const neutral = own(group === 'lora' ? loraNeutralOnly : neutralOnly, name)
  if (field === 'train_sampling_strategy') {
    applySampling(run, value)
  } else if (field === 'optim') {
    run.optim = asOptimizer(value, warnings)
  } else if (field === 'lr_scheduler_kwargs') {
    run.lr_scheduler_kwargs = asObject(fromText(value), written) as RunFile['lr_scheduler_kwargs']
  } else if (field === 'eval_split') {
    run.eval_split = asSplit(value, written)
  } else if (field === 'exclude_rows') {
    const rows = checked(written, value, { kind: 'rows' }) as number[]
    run.exclude_rows = [...new Set(rows)].sort((a, b) => a - b)
  } else if (field === 'history') {
    run.history = asHistory(value, written)
  } else if (field === 'optim_args') {
    if (!knowsOptimArgs(value)) throw fail('run-field-unsupported', { field: written, value: shown(value) })
    run.optim_args = value
  } else if (field === 'lora.target_modules') {
    run.lora.target_modules = asTargets(value, written)
  } else if (group === '' && Object.hasOwn(runFields, name)) {
    ;(run as unknown as Json)[name] = checked(written, value, runFields[name as keyof typeof runFields])
  } else if (group === 'lora' && Object.hasOwn(loraFields, name)) {
    ;(run.lora as unknown as Json)[name] = checked(written, value, loraFields[name])
  } else if (group === 'quantization' && Object.hasOwn(quantizationFields, name)) {
    ;(run.quantization as unknown as Json)[name] = checked(written, withoutTorch(value), quantizationFields[name])
  } else if (neutral) {
    if (!neutral.some((plain) => shown(plain) === shown(value))) {
      throw fail('run-field-unsupported', { field: written, value: shown(value) })
    }
  } else if (withoutEffect.has(name)) {
    return 'idle'
  } else if (field !== 'data_seed') {
    // One seed orders the rows and makes the adapter; compared when all fields are read.
    return 'unknown'
  }
  return 'taken'
}

function unknownField(field: string, written: string) {
  const [group, name] = field.includes('.') ? field.split('.') : ['', field]
  return { field: written, suggestion: otherName(name) ?? suggest(name, knownNames(group)) }
}

/** A table's own entry: "toString" and the like are in every object. */
const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

/** Nested groups and aliases brought to one name each; `written` is the spelling in the file, for messages. */
function flatten(
  json: Json,
  refusing: (written: string, take: () => void) => void,
): Map<string, { value: unknown; written: string }> {
  const fields = new Map<string, { value: unknown; written: string }>()
  const put = (field: string, given: unknown, written: string) => {
    // Elsewhere null is a field left out; trl's `max_length: None` says that nothing is cut.
    const value = written === 'max_length' && given === null ? NO_CUT : given
    if (value === null || value === undefined) return
    const before = fields.get(field)
    if (before && shown(before.value) !== shown(value)) {
      throw fail('run-field-twice', { first: before.written, second: written })
    }
    fields.set(field, { value, written })
  }
  for (const [written, value] of Object.entries(json)) {
    const field = own(aliases, written) ?? written
    if (field !== 'lora' && field !== 'quantization') {
      refusing(written, () => put(field, value, written))
      continue
    }
    if (value === null) continue
    refusing(written, () => {
      for (const [inner, innerValue] of Object.entries(asObject(value, written))) {
        const name = field === 'lora' ? (own(loraAliases, inner) ?? inner) : inner
        refusing(`${written}.${inner}`, () => put(`${field}.${name}`, innerValue, `${written}.${inner}`))
      }
    })
  }
  return fields
}

function asObject(value: unknown, what: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('run-not-an-object', { what })
  return value as Json
}

function asOptimizer(value: unknown, warnings: SerializedError[]): OptimName {
  const named = optimizerNamed(value)
  const optim = typeof value === 'string' ? value : shown(value)
  if (!named) throw fail('run-optimizer-unsupported', { optim, known: [...optimizers] })
  if (named.instead) warnings.push(fail('run-optimizer-instead', { optim, used: named.optim }).toJSON())
  return named.optim
}

/** The Hugging Face classes take dictionaries as JSON text, too. */
function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** A share or a number of rows, also in quotes, or the name of a split. */
function asSplit(value: unknown, field: string): number | string {
  const isName = typeof value === 'string' && value.trim() !== '' && Number.isNaN(Number(value))
  return isName ? value.trim() : (checked(field, value, { kind: 'number', min: 0 }) as number)
}

/** transformers 5 names the order of rows by one field where 4 had `group_by_length`. */
function applySampling(run: RunFile, value: unknown): void {
  const field = 'train_sampling_strategy'
  const strategy = checked(field, value, { kind: 'choice', values: ['random', 'sequential', 'group_by_length'] })
  run.shuffle = strategy !== 'sequential'
  run.group_by_length = strategy === 'group_by_length'
}

/**
 * A list, a comma-separated string, or PEFT's "all-linear"; module paths count by their last part, as PEFT matches
 * suffixes.
 */
function asTargets(value: unknown, field: string): Projection[] {
  if (value === 'all-linear') return [...projections] as Projection[]
  const list = typeof value === 'string' ? value.split(',') : value
  if (!Array.isArray(list) || list.length === 0)
    throw fail('run-targets-invalid', { field, wrong: [shown(value)], known: [...projections] })
  const names = list.map((name) => (typeof name === 'string' ? name.trim().split('.').at(-1)! : shown(name)))
  const wrong = names.filter((name) => !projections.includes(name))
  if (wrong.length > 0) throw fail('run-targets-invalid', { field, wrong, known: [...projections] })
  return projections.filter((name) => names.includes(name)) as Projection[]
}

const withoutTorch = (value: unknown) => (typeof value === 'string' ? value.replace(/^torch\./, '') : value)

/** Whether a run file may have a field of this name at its top, one without effect here included. */
export const isRunField = (name: string): boolean => knownNames('').includes(name)

function knownNames(group: string): string[] {
  if (group === 'lora') return [...Object.keys(loraFields), 'target_modules', ...Object.keys(loraNeutralOnly)]
  if (group === 'quantization') return Object.keys(quantizationFields)
  return [
    ...Object.keys(fileDefaults),
    'train_sampling_strategy',
    ...Object.keys(aliases),
    ...Object.keys(neutralOnly),
    'data_seed',
    ...withoutEffect,
  ]
}
