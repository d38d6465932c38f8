import { metricOf, type BestStep, type EvalRow } from '../contracts/evaluation'
import { fail } from '../errors'
import type { RunFile } from '../run-file/run-file'
import type { Moment } from './interlude'
import { loggingInterval } from './log-history'

type Schedule = Pick<RunFile, 'eval_strategy' | 'eval_steps' | 'eval_delay' | 'eval_on_start' | 'logging_steps'>

/** Every how many steps the held-out rows are judged; null where no run does it by steps. */
export const evaluationInterval = (run: Schedule, steps: number): number | null =>
  run.eval_strategy === 'steps' ? loggingInterval(run.eval_steps ?? run.logging_steps, steps) : null

/** After which steps the held-out rows are judged: transformers' DefaultFlowCallback. */
export function evaluationDue(
  run: Schedule,
  { steps, stepsPerEpoch }: { steps: number; stepsPerEpoch: number },
): (step: number, moment: Moment) => boolean {
  const every = evaluationInterval(run, steps)
  return (step, moment) => {
    if (run.eval_strategy === 'no') return false
    if (moment === 'start') return step === 0 && run.eval_on_start
    if (moment !== 'step' && moment !== 'end') return false
    if (every === null) {
      return (moment === 'end' || step % stepsPerEpoch === 0) && run.eval_delay <= step / stepsPerEpoch
    }
    // The last step is judged whether or not it is a multiple.
    return (moment === 'end' || step % every === 0) && run.eval_delay <= step
  }
}

/** How many evaluations a whole run makes. */
export const evaluationCount = (run: Schedule, plan: { steps: number; stepsPerEpoch: number }): number =>
  evaluationsLeft(run, plan, 1) + (evaluationDue(run, plan)(0, 'start') ? 1 : 0)

/**
 * How many evaluations are due from step `step` on, that one included, of a run that was planned with `plan.steps` and
 * has `steps` by now.
 */
export function evaluationsLeft(
  run: Schedule,
  plan: { steps: number; stepsPerEpoch: number },
  step: number,
  steps = plan.steps,
): number {
  if (run.eval_strategy === 'no' || step > steps) return 0
  const every = evaluationInterval(run, plan.steps)
  // A delay in epochs that is a whole number of steps may miss it by a rounding.
  const delay = every === null ? run.eval_delay * plan.stepsPerEpoch - 1e-9 : run.eval_delay
  const period = every ?? plan.stepsPerEpoch
  const before = Math.min(Math.max(step, Math.ceil(delay)), steps) - 1
  return Math.floor((steps - 1) / period) - Math.floor(before / period) + (delay <= steps ? 1 : 0)
}

/** Throws 'eval-needs-rows' where a run is to end by evaluations and nothing is held out. */
export function refuseUnheld(run: Choice & Pick<RunFile, 'eval_strategy'>, held: readonly unknown[]): void {
  if (run.eval_strategy === 'no' || held.length > 0) return
  const asks = {
    load_best_model_at_end: run.load_best_model_at_end,
    early_stopping_patience: run.early_stopping_patience !== null,
    save_strategy: run.save_strategy === 'best',
  }
  const field = Object.entries(asks).find(([, isAsked]) => isAsked)?.[0]
  if (field) throw fail('eval-needs-rows', { field })
}

type Choice = Pick<
  RunFile,
  | 'load_best_model_at_end'
  | 'metric_for_best_model'
  | 'greater_is_better'
  | 'early_stopping_patience'
  | 'early_stopping_threshold'
  | 'save_strategy'
>

/**
 * Which evaluation was the best so far, and whether it is time to stop: Trainer._determine_best_metric and
 * EarlyStoppingCallback, which compares with the best before this evaluation.
 */
export class BestSoFar {
  best: BestStep | null = null
  /** Steps that were the best when they were judged, by rising step. */
  readonly bests: number[] = []
  private misses = 0
  private readonly run: Choice

  constructor(run: Choice, past: readonly EvalRow[] = []) {
    this.run = run
    for (const row of past) this.take(row)
  }

  /** The metric's name; null where nothing asks for one. */
  get metric(): string | null {
    const { load_best_model_at_end, metric_for_best_model, early_stopping_patience, save_strategy } = this.run
    const isAsked = load_best_model_at_end || early_stopping_patience !== null || save_strategy === 'best'
    return metric_for_best_model ?? (isAsked ? 'loss' : null)
  }

  take(row: EvalRow): { isBest: boolean; stop: boolean } {
    const { metric } = this
    if (metric === null) return { isBest: false, stop: false }
    const greater = this.run.greater_is_better ?? !metric.endsWith('loss')
    const value = metricOf(row, metric)
    const isBetter = (than: number) => (greater ? value > than : value < than)

    const { early_stopping_patience: patience, early_stopping_threshold: threshold } = this.run
    const before = this.best?.metric
    const hasGained = before === undefined || (isBetter(before) && Math.abs(value - before) > threshold)
    this.misses = hasGained ? 0 : this.misses + 1
    const stop = patience !== null && this.misses >= patience

    // Before the first step Trainer judges the rows and concludes nothing.
    const isBest = row.step > 0 && isBetter(before ?? (greater ? -Infinity : Infinity))
    if (isBest) {
      this.best = { step: row.step, metric: value }
      this.bests.push(row.step)
    }
    return { isBest, stop }
  }
}
