import type { RunFile } from '../run-file/run-file'

/** One optimiser step's figures, with transformers' and trl's names. */
export interface StepLog {
  step: number
  /** Passes over the data done so far, as a fraction. */
  epoch: number
  loss: number
  /** Global L2 norm before clipping. */
  grad_norm: number
  learning_rate: number
  /** Tokens fed so far, padding left out. */
  num_tokens: number
  mean_token_accuracy: number
  /** Of the predictions at trained tokens, in nats. */
  entropy: number
}

/**
 * `log_history` of trainer_state.json from the steps: every `logging_steps` a row whose loss, accuracy and entropy are
 * means over the interval and whose other figures are the last step's, unrounded, as transformers 5 and trl write them:
 * the loss is the steps' mean, the other two those of their micro batches, of which `batchesOf` says how many a step
 * had. Steps after the last full interval have no row of their own.
 */
export function logHistory(
  log: StepLog[],
  run: Pick<RunFile, 'logging_steps'>,
  steps: number,
  batchesOf: (step: number) => number,
): StepLog[] {
  const interval = loggingInterval(run.logging_steps, steps)
  const rows: StepLog[] = []
  for (let end = interval; end <= log.length; end += interval) {
    const part = log.slice(end - interval, end)
    rows.push({
      ...part.at(-1)!,
      loss: mean(part, 'loss', () => 1),
      mean_token_accuracy: mean(part, 'mean_token_accuracy', batchesOf),
      entropy: mean(part, 'entropy', batchesOf),
    })
  }
  return rows
}

/** Every how many steps: below 1, `logging_steps` and `save_steps` are a share of all (TrainerState.compute_steps). */
export function loggingInterval(loggingSteps: number, steps: number): number {
  return Math.max(1, loggingSteps < 1 ? Math.ceil(steps * loggingSteps) : Math.floor(loggingSteps))
}

function mean(
  rows: StepLog[],
  key: 'loss' | 'mean_token_accuracy' | 'entropy',
  weightOf: (step: number) => number,
): number {
  if (rows.length === 1) return rows[0][key]
  const weights = rows.map(({ step }) => weightOf(step))
  return rows.reduce((sum, row, i) => sum + row[key] * weights[i], 0) / weights.reduce((a, b) => a + b, 0)
}
