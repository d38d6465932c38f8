/** What an evaluation of the held-out rows leaves, by trl's names: a row of log_history. */
export interface EvalRow {
  /** Steps done by then; 0: before the first. */
  step: number
  epoch: number
  /** Mean over rows of their batch's mean over its trained tokens, as Trainer's evaluation loop has it. */
  eval_loss: number
  /** Means over batches. */
  eval_mean_token_accuracy: number
  eval_entropy: number
  /** Tokens trained on so far. */
  eval_num_tokens: number
  eval_runtime: number
  eval_samples_per_second: number
  eval_steps_per_second: number
  /** What small suites came to, by `suite_figure`; log_history has each under `eval_suite_figure`. */
  scores?: Record<string, number>
}

/** The step whose adapter is the best so far, and its metric. */
export interface BestStep {
  step: number
  metric: number
}

/** A held-out row that stands among the trained ones, by the rows' numbers in their files. */
export interface Overlap {
  held: number
  train: number
  kind: 'exact' | 'near'
}

/** What `metric_for_best_model` may name, with or without `eval_` before it. */
export const EVAL_METRICS = ['loss', 'mean_token_accuracy', 'entropy', 'num_tokens'] as const
type EvalMetric = (typeof EVAL_METRICS)[number]

export const metricOf = (row: EvalRow, name: string): number =>
  row[`eval_${name.replace(/^eval_/, '')}` as `eval_${EvalMetric}`]

/** A row's loss each time that it was trained, as it was before that step: row, step, loss. */
export type SeenRow = readonly [row: number, step: number, loss: number]

/** A row of a data set and its mean loss over its trained tokens. */
export interface RowLoss {
  /** Row number in the file. */
  row: number
  loss: number
  num_trained_tokens: number
}

/** A held-out row is only read: so much of the time of one that is trained, where none has been measured. */
export const READ_SHARE = 1 / 3
