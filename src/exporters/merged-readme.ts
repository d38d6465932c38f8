import type { OpenedModel } from '../model/opening/open-model'
import { MEASURED_TEXT } from './merge-drift'
import type { MergeDrift } from './merge-drift'
import type { LoraConfig } from '../contracts/lora'
import { licenseFields } from './license-fields'

/** The model card of a merged model: from what, onto what, how far it drifted, and how to load it. */
export function mergedReadme(
  opened: OpenedModel,
  lora: LoraConfig,
  dequantized: boolean,
  drift: MergeDrift | { failed: string },
): string {
  const onto = dequantized
    ? 'The adapter was added to the weights that its NF4 base stands for: what training saw.'
    : "The adapter was added to the base model's own weights, in f32, and rounded once to their type. Training saw the NF4 version of the base, so that answers can differ a little from base and adapter together."
  return [
    '---',
    'library_name: transformers',
    'pipeline_tag: text-generation',
    'tags:',
    '- tunetab',
    ...licenseFields(opened.license),
    '---',
    '',
    `# ${opened.name}, fine-tuned`,
    '',
    `${opened.name} with a LoRA adapter (r ${lora.r}, lora_alpha ${lora.lora_alpha}) merged in by TuneTab.`,
    '',
    onto,
    '',
    '## Drift',
    '',
    ...('failed' in drift ? [`It could not be measured: ${drift.failed}`] : driftTable(drift, opened.config.vocabSize)),
    '',
    '## How to load it',
    '',
    '```python',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    'model = AutoModelForCausalLM.from_pretrained("path/to/this/folder", dtype="auto")',
    'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
    '```',
    '',
  ].join('\n')
}

function driftTable(drift: MergeDrift, vocabSize: number): string[] {
  return [
    `How far this model is from base and adapter as training saw them, on the first ${drift.tokens} tokens of a fixed text`,
    `(“${MEASURED_TEXT}”), over all ${drift.tokens} × ${vocabSize} logits:`,
    '',
    '| | |',
    '|---|---|',
    `| largest difference of a logit | ${drift.largest.toPrecision(3)} |`,
    `| root mean square difference | ${drift.rms.toPrecision(3)} |`,
    `| range of the logits, for comparison | ${drift.range.toPrecision(3)} |`,
    `| divergence of the next token's distribution (KL, mean, nats) | ${drift.divergence.toPrecision(3)} |`,
    `| same likeliest next token | at ${drift.sameNext} of ${drift.tokens} positions |`,
  ]
}
