import type { ExportSource } from '../exporter'
import { MEASURED_TEXT } from '../merging/drift'
import type { MergeDrift } from '../merging/drift'
import { baseNames, runSection } from './clients'
import type { ClientPart } from './clients'
import { factTable, frontMatter } from './front-matter'
import { runRows } from './run-rows'
import { scoreSection } from './score-section'

export interface ModelReadmeParts {
  library: string
  tags?: string[]
  /** What the files hold, in a sentence. */
  stored?: string
  /** How far a merge is from what training saw; null: it was not measured here. */
  drift?: MergeDrift | { failed: string } | null
  run: ClientPart[]
}

/** The model card of an exported model: from what, onto what, how far it drifted, and how to run it. */
export function modelReadme(
  source: ExportSource,
  { library, tags = [], stored, drift, run }: ModelReadmeParts,
): string {
  const { opened, baseModel, adapter, facts } = source
  const title = baseModel === 'builtin' ? baseNames(baseModel).title : opened.name
  const what = adapter
    ? `${title} with a LoRA adapter (r ${adapter.lora.r}, lora_alpha ${adapter.lora.lora_alpha}) merged in by TuneTab.`
    : `${title} as it is, written by TuneTab.`
  return [
    ...frontMatter(library, [...tags, 'tunetab'], opened.license, baseModel),
    '',
    `# ${facts?.runName ?? (adapter ? `${opened.name}, fine-tuned` : opened.name)}`,
    '',
    what,
    '',
    ...(stored ? [stored, ''] : []),
    ...(adapter ? [onto(source), ''] : []),
    ...(runRows(facts).length > 0 ? [...factTable(runRows(facts)), ''] : []),
    ...scoreSection(facts),
    ...(drift ? ['## Drift', '', ...driftLines(drift, opened.config.vocabSize), ''] : []),
    ...runSection(run),
  ].join('\n')
}

function onto({ dequantizedRows }: ExportSource): string {
  return dequantizedRows
    ? 'The adapter was added to the weights that its NF4 base stands for: what training saw.'
    : "The adapter was added to the base model's own weights, in f32, and rounded once to their type. Training saw the NF4 version of the base, so that answers can differ a little from base and adapter together."
}

function driftLines(drift: MergeDrift | { failed: string }, vocabSize: number): string[] {
  if ('failed' in drift) return [`It could not be measured: ${drift.failed}`]
  return [
    `How far this model is from base and adapter as training saw them, on the first ${drift.tokens} tokens of a fixed text`,
    `(“${MEASURED_TEXT}”), over all ${drift.tokens} × ${vocabSize} logits:`,
    '',
    ...factTable([
      ['largest difference of a logit', drift.largest.toPrecision(3)],
      ['root mean square difference', drift.rms.toPrecision(3)],
      ['range of the logits, for comparison', drift.range.toPrecision(3)],
      ["divergence of the next token's distribution (KL, mean, nats)", drift.divergence.toPrecision(3)],
      ['same likeliest next token', `at ${drift.sameNext} of ${drift.tokens} positions`],
    ]),
  ]
}
