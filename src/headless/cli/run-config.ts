import { readFile } from 'node:fs/promises'
import { fail } from '../../errors'
import type { ParsedRunFile } from '../../run-file/parse-run-file'
import { parseRunFile } from '../../run-file/parse-run-file'
import { recommendedRun } from '../../run-file/run-file'
import type { Terminal } from './terminal'

/** The run file of `--config`, its warnings shown; without one, the settings that the page recommends. */
export async function readRun(path: string | undefined, terminal: Terminal): Promise<ParsedRunFile> {
  if (path === undefined) return { run: structuredClone(recommendedRun), stated: new Set(), warnings: [] }
  const text = await readFile(path, 'utf8').catch((error) => {
    throw fail('cli-file-missing', { option: '--config', path }, error)
  })
  const parsed = parseRunFile(parseJson(text))
  for (const warning of parsed.warnings) terminal.warning(warning)
  return parsed
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw fail('run-not-json', { reason: (error as Error).message }, error)
  }
}
