import { fail } from '../errors/index'
import type { ErrorParams, SerializedError } from '../errors/index'
import { dialectOf } from './dialects'
import { translate } from './dialects/dialect'
import type { Draft } from './draft'
import { parseRunFile, type ParsedRunFile } from './parse-run-file'
import { fileDefaults, type RunFile } from './run-file'

/** A run file, or settings of another trainer as far as they could be read. */
export interface ReadRunFile extends ParsedRunFile {
  /** Of another trainer: that it was read, then what was not taken over. Empty where every field was. */
  left: SerializedError[]
}

/**
 * Settings of a run from the text of a file or of the clipboard: JSON, YAML, a Python script or a notebook; the script
 * is read and never run. A run file is taken whole or refused (see parseRunFile); of other trainers' files what cannot
 * be taken over is listed in `left`. Throws also `run-not-json`, `run-not-yaml`, `run-script-empty`.
 */
export async function readRunFile(source: string, name = ''): Promise<ReadRunFile> {
  const text = source.replace(/^\uFEFF/, '')
  const kind = kindOf(text, name)
  if (kind === 'script') return readScript(text)
  const { json, line } = kind === 'json' ? fromJson(text, name) : await fromYaml(text, name)
  if (isNotebook(json)) return readScript(cellsOf(json))
  const dialect = isObject(json) ? dialectOf(json) : undefined
  if (!dialect) return { ...parseRunFile(json), left: [] }
  return takeDraft(translate(dialect, json as Record<string, unknown>, line))
}

function kindOf(text: string, name: string): 'json' | 'yaml' | 'script' {
  const ending = /\.(json|ipynb|ya?ml|py)$/i.exec(name)?.[1].toLowerCase()
  if (ending) return ending === 'py' ? 'script' : ending.startsWith('y') ? 'yaml' : 'json'
  if (/^\s*[{[]/.test(text)) return 'json'
  return looksLikeScript(text) ? 'script' : 'yaml'
}

/** Statements of Python that no YAML file has. */
export const looksLikeScript = (text: string): boolean =>
  /^\s*(from [\w.]+ import |import \w)/m.test(text) || /^\s*\w+ *= *[\w.]+\(/m.test(text)

interface Parsed {
  json: unknown
  /** 1-based line of a field at the top, where it is known. */
  line(name: string): number | null
}

function fromJson(text: string, file: string): Parsed {
  try {
    return { json: JSON.parse(text), line: () => null }
  } catch (error) {
    throw fail('run-not-json', { file, reason: (error as Error).message }, error)
  }
}

async function fromYaml(text: string, file: string): Promise<Parsed> {
  const { LineCounter, isMap, isScalar, parseDocument } = await import('yaml')
  const refused = (error: unknown) =>
    fail('run-not-yaml', { file, reason: (error as Error).message.split('\n')[0].replace(/:$/, '') }, error)
  const lines = new LineCounter()
  // As PyYAML reads it: yes and no are flags, 1_000 is a number.
  const document = parseDocument(text, { version: '1.1', lineCounter: lines, merge: true })
  const [wrong] = document.errors
  if (wrong) throw refused(wrong)
  const items = isMap(document.contents) ? document.contents.items : []
  const places = new Map<string, number>()
  for (const { key } of items) {
    if (isScalar(key) && key.range) places.set(String(key.value), lines.linePos(key.range[0]).line)
  }
  try {
    return { json: document.toJS(), line: (name) => places.get(name) ?? null }
  } catch (error) {
    // An alias of nothing, or one that unfolds without end.
    throw refused(error)
  }
}

async function readScript(source: string): Promise<ReadRunFile> {
  const [{ callsOf }, { scriptFields }] = await Promise.all([
    import('./script/read-script'),
    import('./script/script-fields'),
  ])
  const draft = scriptFields(callsOf(source))
  if (!draft) throw fail('run-script-empty', {})
  return takeDraft(draft)
}

/** What of a draft this run file has a place for; the rest is listed. */
function takeDraft({ trainer, fields, places, left, model, data }: Draft): ReadRunFile {
  const all = [...left]
  const parsed = parseRunFile(fields, fileDefaults, (refused, written) => {
    const place = places.get(written)
    const unknown = refused.code === 'run-unknown-fields'
    const [field] = unknown ? (refused.params as ErrorParams<'run-unknown-fields'>).fields : []
    all.push({
      written: place?.text ?? written,
      line: place?.line ?? null,
      why: unknown ? 'unknown' : refused.code === 'run-field-invalid' ? 'invalid' : 'unsupported',
      suggestion: field?.suggestion,
    })
  })
  all.sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const fieldsTaken = [...parsed.stated].filter((field) => isSetting(field, parsed.run))
  const read = fail('run-read', { trainer, fields: fieldsTaken, model, data })
  return { ...parsed, left: [read, ...all.map((one) => fail('run-left', one))].map((note) => note.toJSON()) }
}

/** A field that the run has, not one that is known and without effect. */
function isSetting(field: string, run: RunFile): boolean {
  const [group, name] = field.split('.')
  return name === undefined ? group in run : name in run[group as 'lora' | 'quantization']
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface Notebook {
  cells: { cell_type: string; source: string | string[] }[]
}
const isNotebook = (json: unknown): json is Notebook => isObject(json) && Array.isArray(json.cells)

/** The code of a notebook, without its shell and magic lines. */
const cellsOf = ({ cells }: Notebook): string =>
  cells
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ source }) => (Array.isArray(source) ? source.join('') : source))
    .join('\n')
    .replace(/^[ \t]*[!%].*$/gm, '')
