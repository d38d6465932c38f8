import type { ExportSource } from '../exporter'
import { baseNames, runSection } from './clients'
import type { ClientPart } from './clients'
import { factTable, frontMatter } from './front-matter'
import { loraRows, runRows } from './run-rows'
import { scoreSection } from './score-section'

export interface AdapterFacts extends Pick<ExportSource, 'baseModel' | 'facts'> {
  opened: Pick<ExportSource['opened'], 'license'>
  adapter: NonNullable<ExportSource['adapter']>
}

/** The model card of an exported adapter: the run's facts, and how to run it with the names filled in. */
export function adapterReadme(
  { baseModel, facts, opened, adapter }: AdapterFacts,
  library: string,
  parts: ClientPart[],
): string {
  const { title } = baseNames(baseModel)
  const isPlain = facts?.run?.quantization.load_in_4bit === false
  const parameters = adapter.pairs.reduce((sum, { A, B }) => sum + A.length + B.length, 0)
  return [
    ...frontMatter(library, ['lora', 'qlora', 'tunetab'], opened.license, baseModel),
    '',
    `# ${facts?.runName ?? 'LoRA adapter'}`,
    '',
    `A LoRA adapter for ${title}, trained with TuneTab on ${isPlain ? "the base model's own weights" : 'an NF4 base'}.`,
    '',
    ...factTable([
      ['base model', title],
      ...loraRows(adapter.lora),
      ['adapter parameters', String(parameters)],
      ...runRows(facts),
    ]),
    '',
    ...scoreSection(facts),
    ...runSection(parts),
    'Tokenizer and chat template are those of the training run: use them, so that the model is asked in the words that it',
    'was trained on.',
    '',
  ].join('\n')
}
