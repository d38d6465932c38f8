import type { LoraConfig } from '../contracts/lora'
import { licenseFields } from './license-fields'
import type { RunFacts } from '../run-file/run-facts'

export interface AdapterFacts {
  /** Hub id or folder name of the base model, or "builtin". */
  baseModel: string
  license: string | null
  lora: LoraConfig
  /** Numbers in the adapter. */
  parameters: number
  /** What is known of the run that made it. */
  run?: RunFacts
}

/** The model card of an exported adapter: the run's facts, and how to load it with the names filled in. */
export function adapterReadme(facts: AdapterFacts): string {
  const { baseModel, lora, run } = facts
  const isHubId = /^[\w.-]+\/[\w.-]+$/.test(baseModel)
  const name = baseModel === 'builtin' ? "TuneTab's built-in model" : baseModel
  const isPlain = run?.run?.quantization.load_in_4bit === false
  const front = [
    '---',
    // From whichever hub it came: this name is looked up on the one that shows the card.
    ...(isHubId ? [`base_model: ${JSON.stringify(baseModel)}`] : []),
    'library_name: peft',
    'pipeline_tag: text-generation',
    'tags:',
    '- lora',
    '- qlora',
    '- tunetab',
    ...licenseFields(facts.license),
    '---',
  ]
  const rows: [string, string][] = [
    ['base model', name],
    ['rank r', String(lora.r)],
    ['lora_alpha', String(lora.lora_alpha) + (lora.use_rslora ? ' (rsLoRA: alpha / √r)' : '')],
    ['lora_dropout', String(lora.lora_dropout)],
    ['target_modules', lora.target_modules.join(', ')],
    ['adapter parameters', String(facts.parameters)],
    ...runRows(run),
  ]
  const table = ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value.replaceAll('|', '\\|')} |`)]
  return [
    ...front,
    '',
    `# ${run?.runName ?? 'LoRA adapter'}`,
    '',
    `A LoRA adapter for ${name}, trained with TuneTab on ${isPlain ? "the base model's own weights" : 'an NF4 base'}.`,
    '',
    ...table,
    '',
    '## How to load it',
    '',
    '```python',
    'from peft import PeftModel',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    ...baseLines(baseModel, isHubId),
    'model = PeftModel.from_pretrained(base, "path/to/this/folder")',
    'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
    '```',
    '',
    'The tokenizer and the chat template in this folder are those of the training run: use them, so that the model is asked',
    'in the words it was trained on.',
    '',
  ].join('\n')
}

/** Only a hub's id can be loaded as it stands; of a folder, the reader knows where it lies. */
function baseLines(baseModel: string, isHubId: boolean): string[] {
  const isBuiltin = baseModel === 'builtin'
  const path = isHubId ? baseModel : `path/to/${isBuiltin ? 'demo-model' : baseModel}`
  const hint = isBuiltin
    ? ['# The folder demo-model/ of the page that this was trained on, or public/demo-model/ of TuneTab.']
    : ['# The folder that the base model was read from: put its path here.']
  return [
    ...(isHubId ? [] : hint),
    `base = AutoModelForCausalLM.from_pretrained(${JSON.stringify(path)}, dtype="auto")`,
  ]
}

function runRows(run: RunFacts | undefined): [string, string][] {
  if (!run) return []
  const rows: [string, string][] = []
  if (run.dataName) rows.push(['data set', run.dataName + (run.rows ? ` (${run.rows} rows)` : '')])
  if (run.outcome) {
    rows.push(['optimiser steps', String(run.outcome.steps)])
    if (run.outcome.trainLoss !== null) rows.push(['mean training loss', run.outcome.trainLoss.toFixed(4)])
    rows.push(['training time', `${Math.round(run.outcome.seconds)} s`])
  }
  if (run.run) {
    const { learning_rate, lr_scheduler_type, optim, seed, max_length, assistant_only_loss } = run.run
    const batch = run.run.per_device_train_batch_size * run.run.gradient_accumulation_steps
    rows.push(['learning_rate', `${learning_rate} (${lr_scheduler_type})`])
    rows.push(['rows per step', String(batch)])
    rows.push(['optim', optim])
    rows.push(['max_length', String(max_length)])
    rows.push(['loss on', assistant_only_loss ? 'assistant turns' : 'the whole text'])
    rows.push(['seed', String(seed)])
  }
  return rows
}
