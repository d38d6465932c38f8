import type { LoraConfig } from '../../contracts/lora'
import type { RunFacts } from '../../run-file/run-facts'

/** What an adapter is. */
export function loraRows(lora: LoraConfig): [string, string][] {
  return [
    ['rank r', String(lora.r)],
    ['lora_alpha', String(lora.lora_alpha) + (lora.use_rslora ? ' (rsLoRA: alpha / √r)' : '')],
    ['lora_dropout', String(lora.lora_dropout)],
    ['target_modules', lora.target_modules.join(', ')],
  ]
}

/** What is known of the run that made it. */
export function runRows(run: RunFacts | undefined): [string, string][] {
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
