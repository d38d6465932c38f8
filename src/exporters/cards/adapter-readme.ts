import type { CardWords } from '../../contracts/exports'
import type { LoraConfig } from '../../contracts/lora'
import type { RunFacts } from '../../run-file/run-facts'
import { baseNames, runSection } from './clients'
import type { ClientPart } from './clients'
import { factTable, frontMatter } from './front-matter'
import { licenseRow, loraRows, runRows } from './run-rows'
import { scoreSection } from './score-section'
import { cardSayer } from './words'

export interface AdapterFacts {
  baseModel: string
  license: string | null
  lora: LoraConfig
  /** Numbers in its tensors. */
  parameters: number
  facts?: RunFacts
}

/** The model card of an exported adapter: the run's facts, and how to run it with the names filled in. */
export function adapterReadme(
  { baseModel, license, lora, parameters, facts }: AdapterFacts,
  library: string,
  parts: ClientPart[],
  words?: CardWords,
): string {
  const say = cardSayer(words)
  const { title } = baseNames(baseModel, say)
  const isPlain = facts?.run?.quantization.load_in_4bit === false
  return [
    ...frontMatter(library, ['lora', 'qlora', 'tunetab'], license, baseModel),
    '',
    `# ${facts?.runName ?? say('card.adapter')}`,
    '',
    say(isPlain ? 'card.adapterOnOwn' : 'card.adapterOnNf4', { title }),
    '',
    ...factTable([
      [say('card.fact.base'), title],
      ...licenseRow(license, say),
      ...loraRows(lora),
      [say('card.fact.parameters'), String(parameters)],
      ...runRows(facts, say),
    ]),
    '',
    ...scoreSection(facts, say),
    ...runSection(parts, say),
    say('card.useTokenizer'),
    '',
  ].join('\n')
}

/** What a README says of the adapter that is exported. */
export function adapterFacts(source: {
  baseModel: string
  opened: { license: string | null }
  adapter: { lora: LoraConfig; pairs: readonly { A: Float32Array; B: Float32Array }[] } | null
  facts?: RunFacts
}): AdapterFacts {
  const { lora, pairs } = source.adapter!
  const parameters = pairs.reduce((sum, { A, B }) => sum + A.length + B.length, 0)
  return { baseModel: source.baseModel, license: source.opened.license, lora, parameters, facts: source.facts }
}
