import { fail, TuneError } from '../errors'
import type { ErrorParams, SerializedError } from '../errors'
import { parseRunFile } from '../run-file/parse-run-file'
import type { RunFile } from '../run-file/run-file'
import { argumentsFor } from '../run-file/schedule-arguments'
import { SCHEDULES, type SchedulerType } from '../run-file/schedules'
import { serializeError } from './failure'

export type FieldPath =
  Exclude<keyof RunFile, 'lora' | 'quantization' | 'history' | 'exclude_rows'> | `lora.${keyof RunFile['lora']}`

/** What was entered in a field and cannot be used: it stands there as it was written until it is mended. */
interface WrongEntry {
  text: string
  error: SerializedError
}
export type WrongEntries = Partial<Record<FieldPath, WrongEntry>>

export function readField(run: RunFile, path: FieldPath): unknown {
  const [group, name] = path.split('.')
  return name ? run.lora[name as keyof RunFile['lora']] : run[group as keyof RunFile]
}

export function writeField(run: RunFile, path: FieldPath, value: unknown): RunFile {
  const [group, name] = path.split('.')
  if (path === 'lr_scheduler_type' && Object.hasOwn(SCHEDULES, value as string)) {
    const type = value as SchedulerType
    return { ...run, [path]: type, lr_scheduler_kwargs: argumentsFor(type, run.lr_scheduler_kwargs) }
  }
  return name ? { ...run, lora: { ...run.lora, [name]: value } } : { ...run, [group]: value }
}

/** Why a run file would refuse a field's value; null where it takes it. */
export function refusalOf(run: RunFile, path: FieldPath, value: unknown): SerializedError | null {
  try {
    const [group, name] = path.split('.')
    parseRunFile(name ? { [group]: { [name]: value } } : { [group]: value }, writeField(run, path, value))
    return null
  } catch (refused) {
    // A run file's refusal speaks of a run that was not started; here nobody has tried to yet.
    if (!(refused instanceof TuneError) || refused.code !== 'run-field-invalid') return serializeError(refused)
    return fail('setting-refused', refused.params as ErrorParams<'setting-refused'>).toJSON()
  }
}

export function firstWrong(wrong: WrongEntries): FieldPath | null {
  return (Object.keys(wrong) as FieldPath[])[0] ?? null
}
