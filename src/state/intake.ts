import { dialectOf } from '../run-file/dialects'
import { isRunField } from '../run-file/parse-run-file'
import { looksLikeScript } from '../run-file/read-run-file'
import { ADAPTER_CONFIG } from '../contracts/file-names'

/** What a drop can mean. */
export type Meaning = 'model' | 'adapter' | 'zip' | 'run' | 'data'

/** Enough of a file to tell a run file from a data set. */
const HEAD_BYTES = 64 << 10

const isRows = (value: unknown) => Array.isArray(value) && value.some((item) => typeof item === 'object')

/** Tells by names and the first bytes what files are; anything that is nothing else is taken for data. */
export async function understand(files: readonly { path: string; file: Blob }[]): Promise<Meaning> {
  const names = files.map(({ path }) => path.split('/').at(-1)?.toLowerCase() ?? '')
  if (names.includes(ADAPTER_CONFIG)) return 'adapter'
  if (names.includes('config.json') || names.some((name) => name.endsWith('.safetensors'))) return 'model'
  if (names[0]?.endsWith('.zip')) return 'zip'
  if (/\.(ya?ml|py|ipynb)$/.test(names[0] ?? '')) return 'run'
  if (names[0]?.endsWith('.json') && (await looksLikeRunFile(files[0].file))) return 'run'
  return 'data'
}

async function looksLikeRunFile(file: Blob): Promise<boolean> {
  return file.size <= HEAD_BYTES && isRunJson(await file.text())
}

function isRunJson(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
    if (dialectOf(json as Record<string, unknown>)) return true
    // A data set in one object may say its seed beside its rows.
    return Object.keys(json).some(isRunField) && !Object.values(json).some(isRows)
  } catch {
    return false
  }
}

/** Whether a pasted text is settings of a run: a run file, a script, or YAML with two names that settings have. */
export function isPastedRun(text: string): boolean {
  if (looksLikeScript(text) || isRunJson(text)) return true
  const names = [...text.matchAll(/^([a-z_\d]+):(?:\s|$)/gm)].map(([, name]) => name)
  return (
    names.filter(isRunField).length >= 2 || dialectOf(Object.fromEntries(names.map((name) => [name, 0]))) !== undefined
  )
}
