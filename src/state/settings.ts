import { fail, TuneError } from '../errors'
import type { ErrorParams, SerializedError } from '../errors'
import { parseRunFile } from '../run-file/parse-run-file'
import type { RunFile } from '../run-file/run-file'
import { serializeError } from './failure'

export type FieldPath = Exclude<keyof RunFile, 'lora' | 'quantization'> | `lora.${keyof RunFile['lora']}`

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
  return name ? { ...run, lora: { ...run.lora, [name]: value } } : { ...run, [group]: value }
}

/** Why a run file would refuse a field's value; null where it takes it. */
export function refusalOf(run: RunFile, path: FieldPath, value: unknown): SerializedError | null {
  try {
    const [group, name] = path.split('.')
    parseRunFile(name ? { [group]: { [name]: value } } : { [group]: value }, run)
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
