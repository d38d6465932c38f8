import type { RunFile } from './run-file'

type ScheduleFields = Pick<RunFile, 'learning_rate' | 'lr_scheduler_type' | 'warmup_ratio' | 'warmup_steps'>

/** Steps of linear warmup out of `steps`; transformers' TrainingArguments.get_warmup_steps, both generations. */
export function warmupSteps(run: Pick<RunFile, 'warmup_ratio' | 'warmup_steps'>, steps: number): number {
  if (run.warmup_steps >= 1) return Math.floor(run.warmup_steps)
  return Math.ceil(steps * (run.warmup_steps > 0 ? run.warmup_steps : run.warmup_ratio))
}

/**
 * Learning rate that optimiser step `step` (1-based) uses, which is also what trl logs for it. Formulas of
 * transformers' optimization.py, whose counter is 0 at the first step: with warmup the first step has rate 0.
 */
export function learningRateAt(run: ScheduleFields, step: number, steps: number): number {
  return run.learning_rate * factor(run.lr_scheduler_type, step - 1, warmupSteps(run, steps), steps)
}

function factor(type: RunFile['lr_scheduler_type'], done: number, warmup: number, steps: number): number {
  // transformers' plain "constant" takes no warmup, whatever the other fields say.
  if (type === 'constant') return 1
  if (done < warmup) return done / Math.max(1, warmup)
  if (type === 'constant_with_warmup') return 1
  const span = Math.max(1, steps - warmup)
  if (type === 'linear') return Math.max(0, (steps - done) / span)
  return Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (done - warmup)) / span)))
}
