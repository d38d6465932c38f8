import type { RunFacts } from '../engine/types'
import type { LoraConfig } from '../model/types'

export interface AdapterFacts {
  /** Hub id or folder name of the base model. */
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
  const front = [
    '---',
    ...(isHubId ? [`base_model: ${baseModel}`] : []),
    'library_name: peft',
    'pipeline_tag: text-generation',
    'tags:',
    '- lora',
    '- qlora',
    '- tunetab',
    ...(facts.license ? [`license: ${facts.license}`] : []),
    '---',
  ]
  const rows: [string, string][] = [
    ['base model', isHubId ? `[${baseModel}](https://huggingface.co/${baseModel})` : baseModel],
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
    `A LoRA adapter for ${baseModel}, trained with TuneTab on an NF4 base.`,
    '',
    ...table,
    '',
    '## How to load it',
    '',
    '```python',
    'from peft import PeftModel',
    'from transformers import AutoModelForCausalLM, AutoTokenizer',
    '',
    `base = AutoModelForCausalLM.from_pretrained(${JSON.stringify(baseModel)}, dtype="auto")`,
    'model = PeftModel.from_pretrained(base, "path/to/this/folder")',
    'tokenizer = AutoTokenizer.from_pretrained("path/to/this/folder")',
    '```',
    '',
    'The tokenizer and the chat template in this folder are those of the training run: use them, so that the model is asked',
    'in the words it was trained on.',
    '',
  ].join('\n')
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
