import { readFile } from 'node:fs/promises'
import { fail } from '../../errors'
import type { ParsedRunFile } from '../../run-file/parse-run-file'
import { readRunFile } from '../../run-file/read-run-file'
import { recommendedRun } from '../../run-file/run-file'
import type { Terminal } from './terminal'

/**
 * The run file of `--config`, its warnings shown, and of another trainer's file what was not taken over; without one,
 * the settings that the page recommends.
 */
export async function readRun(path: string | undefined, terminal: Terminal): Promise<ParsedRunFile> {
  if (path === undefined) return { run: structuredClone(recommendedRun), stated: new Set(), warnings: [] }
  const text = await readFile(path, 'utf8').catch((error) => {
    throw fail('cli-file-missing', { option: '--config', path }, error)
  })
  const { left, ...parsed } = await readRunFile(text, path)
  for (const note of [...left, ...parsed.warnings]) terminal.warning(note)
  return parsed
}
