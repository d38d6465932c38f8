import type { LoraConfig } from '../../contracts/lora'
import type { RunFacts } from '../../run-file/run-facts'
import type { CardSay } from './words'

/** What an adapter is. */
export function loraRows(lora: LoraConfig): [string, string][] {
  return [
    ['rank r', String(lora.r)],
    ['lora_alpha', String(lora.lora_alpha) + (lora.use_rslora ? ' (rsLoRA: alpha / √r)' : '')],
    ['lora_dropout', String(lora.lora_dropout)],
    ['target_modules', lora.target_modules.join(', ')],
  ]
}

/** Under what the base may be passed on, where its own files say so. */
export const licenseRow = (license: string | null, say: CardSay): [string, string][] =>
  license ? [[say('card.fact.license'), license]] : []

/** What is known of the run that made it. */
export function runRows(run: RunFacts | undefined, say: CardSay): [string, string][] {
  if (!run) return []
  const rows: [string, string][] = []
  if (run.dataName) {
    const { dataName: name, rows: count } = run
    rows.push([say('card.fact.data'), count ? say('card.fact.dataRows', { name, rows: count }) : name])
  }
  if (run.tokens) rows.push([say('card.fact.tokens'), say('card.fact.tokensTrained', { ...run.tokens })])
  if (run.dataLicense) rows.push([say('card.fact.dataLicense'), run.dataLicense])
  if (run.outcome) {
    rows.push([say('card.fact.steps'), String(run.outcome.steps)])
    if (run.outcome.trainLoss !== null) rows.push([say('card.fact.loss'), run.outcome.trainLoss.toFixed(4)])
    rows.push([say('card.fact.time'), say('card.fact.seconds', { n: Math.round(run.outcome.seconds) })])
  }
  if (run.run) {
    const { learning_rate, lr_scheduler_type, optim, seed, max_length, assistant_only_loss } = run.run
    const batch = run.run.per_device_train_batch_size * run.run.gradient_accumulation_steps
    rows.push(['learning_rate', `${learning_rate} (${lr_scheduler_type})`])
    rows.push([say('card.fact.rowsPerStep'), String(batch)])
    rows.push(['optim', optim])
    rows.push(['max_length', String(max_length)])
    rows.push([say('card.fact.lossOn'), say(assistant_only_loss ? 'card.fact.lossOnAnswers' : 'card.fact.lossOnAll')])
    rows.push(['seed', String(seed)])
  }
  return rows
}
