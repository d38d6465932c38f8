import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataOptions, DataSummary } from '../../engine/types'
import { fail } from '../../errors'
import type { ByteSource, FileFolder } from '../../formats/bytes'
import { nodeFile, nodeFolder } from '../../storage/node-folder'
import type { RunFile } from '../../train/run-file'
import type { Terminal } from './terminal'

/** The folder that `--model` or `--lora` names; "builtin" is the model that ships with the project. */
export async function folderAt(option: string, path: string, root: string): Promise<FileFolder> {
  const place = option === '--model' && path === 'builtin' ? join(root, 'public/demo-model') : path
  const info = await stat(place).catch(() => null)
  if (!info?.isDirectory()) throw fail('cli-file-missing', { option, path })
  return nodeFolder(place)
}

export async function fileAt(option: string, path: string): Promise<ByteSource> {
  const info = await stat(path).catch(() => null)
  if (!info?.isFile()) throw fail('cli-file-missing', { option, path })
  return nodeFile(path)
}

export const dataOptions = (run: RunFile): DataOptions => ({
  max_length: run.max_length,
  assistant_only_loss: run.assistant_only_loss,
  completion_only_loss: run.completion_only_loss,
})

/** What became of the rows: the first ones left out by number and reason, then the counts. */
export function tellData(facts: DataSummary, run: RunFile, terminal: Terminal): void {
  const { badRows, badRowCount, rowsKept, truncatedRows, mapping } = facts
  for (const { row, error } of badRows.slice(0, 10)) terminal.line(`row ${row} is left out: ${error.message}`)
  if (badRowCount > 10) terminal.line(`… and ${badRowCount - 10} more rows are left out`)
  if (mapping.format === 'unknown') throw fail('cli-data-unknown', { file: facts.name, columns: facts.columns })
  const cut = truncatedRows > 0 ? `, ${truncatedRows} cut at ${run.max_length} tokens` : ''
  terminal.line(`${rowsKept} rows kept as ${mapping.format}${cut}`)
}
