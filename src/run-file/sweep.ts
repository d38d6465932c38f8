import { parseRunFile } from './parse-run-file'
import type { RunFile } from './run-file'

/** A field of the run file, by its path ("learning_rate", "lora.r"), and what it is to be in turn. */
export interface SweepAxis {
  field: string
  values: readonly unknown[]
}

export interface SweptRun {
  /** What makes it differ: "learning_rate=0.0001 lora.r=8"; "" without an axis. */
  name: string
  run: RunFile
}

/**
 * A run for every combination of the axes' values, the last axis turning fastest. Throws what `parseRunFile` throws of
 * a field or a value that no run can have.
 */
export function sweepRuns(run: RunFile, axes: readonly SweepAxis[]): SweptRun[] {
  const start: SweptRun[] = [{ name: '', run }]
  return axes.reduce(
    (runs, { field, values }) =>
      runs.flatMap((one) =>
        values.map((value) => ({
          name: [one.name, `${field}=${String(value)}`].filter(Boolean).join(' '),
          run: withField(one.run, field, value),
        })),
      ),
    start,
  )
}

function withField(run: RunFile, field: string, value: unknown): RunFile {
  const [group, name] = field.split('.')
  const inner = (run as unknown as Record<string, unknown>)[group]
  const isGroup = name !== undefined && typeof inner === 'object' && inner !== null
  const changed = isGroup ? { ...run, [group]: { ...inner, [name]: value } } : { ...run, [field]: value }
  return parseRunFile(changed).run
}

/** `field=a,b,c`: values are JSON where they can be, else texts; lists have brackets of their own. Null: not so. */
export function readAxis(text: string): SweepAxis | null {
  const at = text.indexOf('=')
  const [field, list] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
  if (at < 1 || list === '') return null
  const parts = list.match(/\[[^\]]*\]|[^,]+/g) ?? []
  return { field, values: parts.map((part) => asValue(part.trim())) }
}

function asValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
