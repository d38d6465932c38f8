import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Options } from './options'

/** Beside a run: what it was made from, for those who go on with it elsewhere. */
export const INPUTS = 'inputs.json'
const NAMES = ['model', 'data', 'columns', 'encoding'] as const

/** Note what a run is made from, with whole paths. Where there is no room, options say it instead of the note. */
export async function keepInputs(out: string, options: Options): Promise<void> {
  const given = NAMES.flatMap((name) => {
    const value = options[name]
    if (typeof value !== 'string') return []
    const isPath = name === 'data' || (name === 'model' && value !== 'builtin')
    return [[name, isPath ? resolve(value) : value]]
  })
  const text = `${JSON.stringify(Object.fromEntries(given), null, 2)}\n`
  await writeFile(join(out, INPUTS), text).catch(() => undefined)
}

/** What a run was made from, as far as it is known. */
export async function readInputs(out: string): Promise<Options> {
  try {
    const read = JSON.parse(await readFile(join(out, INPUTS), 'utf8')) as Record<string, unknown>
    return Object.fromEntries(NAMES.flatMap((name) => (typeof read[name] === 'string' ? [[name, read[name]]] : [])))
  } catch {
    // A run from before, or a checkpoint that was copied alone: the options say it then.
    return {}
  }
}
