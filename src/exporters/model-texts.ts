import { RUN_FILE } from '../contracts/file-names'
import { templateFile } from '../model/opening/open-model'
import type { ExportSource } from './exporter'

/** Tokenizer and template as the run used them, and the run file, so that the run can be done again. */
export function adapterTexts({ opened, facts }: Pick<ExportSource, 'opened' | 'facts'>): Record<string, string> {
  const { 'generation_config.json': _generation, 'chat_template.json': _template, ...files } = opened.files
  const run: Record<string, string> = facts?.run ? { [RUN_FILE]: `${JSON.stringify(facts.run, null, 2)}\n` } : {}
  return { ...files, ...templateFile(opened), ...run }
}
