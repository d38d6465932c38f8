import { access, constants, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readRows } from '../../data'
import { fail } from '../../errors'
import type { ByteSource, FileFolder } from '../../contracts/bytes'
import { nodeFile, nodeFolder } from '../../storage/node/node-folder'
import type { RunFile } from '../../run-file/run-file'
import type { Terminal } from './terminal'
import type { DataOptions, DataSummary } from '../../contracts/data'

/** The folder that `--model` or `--lora` names; "builtin" is the model that ships with the project. */
export async function folderAt(option: string, path: string, root: string): Promise<FileFolder> {
  const place = placeOf(option, path, root)
  const info = await stat(place).catch(() => null)
  if (!info?.isDirectory()) throw fail('cli-file-missing', { option, path })
  return nodeFolder(place)
}

/**
 * Make the folder that a command writes into before its work begins, so that a wrong path costs no minutes. It may be
 * none of `sources` (option: folder), which are read while it is written.
 */
export async function makeOut(out: string, sources: Record<string, string | undefined>, root: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
    await access(out, constants.W_OK)
  } catch (error) {
    throw fail('cli-out-unusable', { out, reason: (error as NodeJS.ErrnoException).code ?? String(error) }, error)
  }
  const made = await stat(out)
  for (const [option, path] of Object.entries(sources)) {
    const info = path === undefined ? null : await stat(placeOf(option, path, root)).catch(() => null)
    // By number, so that links and other spellings of the path are seen through.
    if (info && info.ino === made.ino && info.dev === made.dev) throw fail('cli-out-is-source', { out, option })
  }
}

const placeOf = (option: string, path: string, root: string) =>
  option === '--model' && path === 'builtin' ? join(root, 'public/demo-model') : path

/**
 * The file of `--data`, its beginning tried before a model takes minutes to load: other kinds of files are refused
 * here.
 */
export async function dataAt(path: string): Promise<ByteSource> {
  const info = await stat(path).catch(() => null)
  if (!info?.isFile()) throw fail('cli-file-missing', { option: '--data', path })
  const source = await nodeFile(path)
  for await (const _ of readRows(source)) break
  return source
}

export const dataOptions = (run: RunFile): DataOptions => ({
  max_length: run.max_length,
  assistant_only_loss: run.assistant_only_loss,
  completion_only_loss: run.completion_only_loss,
})

/** What became of the rows: the first ones left out by number and reason, then the counts. */
export function tellData(facts: DataSummary, run: RunFile, terminal: Terminal): void {
  const { badRows, badRowCount, rowsKept, truncatedRows, mapping, notes } = facts
  for (const note of notes ?? []) terminal.warning(note)
  for (const { error } of badRows.slice(0, 10)) terminal.warning(error)
  if (badRowCount > 10) terminal.line(`… and ${badRowCount - 10} more rows are left out`)
  if (mapping.format === 'unknown' && facts.columns.length > 0)
    throw fail('cli-data-unknown', { file: facts.name, columns: facts.columns })
  const cut = truncatedRows > 0 ? `, ${truncatedRows} cut at ${run.max_length} tokens` : ''
  const as = facts.columns.length > 0 ? ` as ${understood(mapping)}` : ''
  terminal.line(`${rowsKept} ${rowsKept === 1 ? 'row' : 'rows'} kept${as}${cut}`)
}

/** The format and, where columns were taken by their names or places, which. */
function understood({ format, user, assistant, system }: DataSummary['mapping']): string {
  if (format !== 'columns') return format
  return `columns: question = ${user}, answer = ${assistant}${system ? `, system = ${system}` : ''}`
}
