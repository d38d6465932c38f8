import type { CardWords } from '../../contracts/exports'
import type { ExportSource } from '../exporter'
import { MEASURED_TEXT } from '../merging/drift'
import type { MergeDrift } from '../merging/drift'
import { baseNames, runSection } from './clients'
import type { ClientPart } from './clients'
import { factTable, frontMatter } from './front-matter'
import { licenseRow, runRows } from './run-rows'
import { scoreSection } from './score-section'
import { cardSayer } from './words'
import type { CardSay } from './words'

export interface ModelReadmeParts {
  library: string
  tags?: string[]
  /** What the files hold, in a sentence. */
  stored?: string
  /** How far a merge is from what training saw; null: it was not measured here. */
  drift?: MergeDrift | { failed: string } | null
  run: ClientPart[]
  words?: CardWords
}

/** The model card of an exported model: from what, onto what, how far it drifted, and how to run it. */
export function modelReadme(
  source: ExportSource,
  { library, tags = [], stored, drift, run, words }: ModelReadmeParts,
): string {
  const { opened, baseModel, adapter, facts } = source
  const say = cardSayer(words)
  const title = baseModel === 'builtin' ? baseNames(baseModel, say).title : opened.name
  const what = adapter
    ? say('card.merged', { title, r: adapter.lora.r, alpha: adapter.lora.lora_alpha })
    : say('card.asItIs', { title })
  const rows = [...licenseRow(opened.license, say), ...runRows(facts, say)]
  return [
    ...frontMatter(library, [...tags, 'tunetab'], opened.license, baseModel),
    '',
    `# ${facts?.runName ?? (adapter ? say('card.tuned', { name: opened.name }) : opened.name)}`,
    '',
    what,
    '',
    ...(stored ? [stored, ''] : []),
    ...(adapter ? [say(source.dequantizedRows ? 'card.ontoNf4' : 'card.ontoOwn'), ''] : []),
    ...(rows.length > 0 ? [...factTable(rows), ''] : []),
    ...scoreSection(facts, say),
    ...(drift ? [`## ${say('card.drift')}`, '', ...driftLines(drift, opened.config.vocabSize, say), ''] : []),
    ...runSection(run, say),
  ].join('\n')
}

function driftLines(drift: MergeDrift | { failed: string }, vocabulary: number, say: CardSay): string[] {
  if ('failed' in drift) return [say('card.driftFailed', { reason: drift.failed })]
  const { tokens, sameNext: same } = drift
  return [
    say('card.driftText', { tokens, vocabulary, text: MEASURED_TEXT }),
    '',
    ...factTable([
      [say('card.drift.largest'), drift.largest.toPrecision(3)],
      [say('card.drift.rms'), drift.rms.toPrecision(3)],
      [say('card.drift.range'), drift.range.toPrecision(3)],
      [say('card.drift.divergence'), drift.divergence.toPrecision(3)],
      [say('card.drift.same'), say('card.drift.sameAt', { same, tokens })],
    ]),
  ]
}
