/** What a schedule reckons with: steps of warmup and in all, and learning_rate itself. */
export interface Span {
  warmup: number
  steps: number
  rate: number
}

/** How the learning rate goes over a run. */
export interface Schedule {
  /** Share of learning_rate after `done` steps; formulas of transformers' optimization.py. */
  factor(done: number, span: Span): number
  /** One line for people. */
  words: { en: string; zh: string }
}

/** By transformers' names. */
export const SCHEDULES = {
  linear: {
    factor: (done, span) => rising(done, span) ?? Math.max(0, (span.steps - done) / afterWarmup(span)),
    words: { en: 'Falls in a straight line, to zero at the end.', zh: '沿直线下降，结束时为零。' },
  },
  cosine: {
    factor: (done, span) =>
      rising(done, span) ?? Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (done - span.warmup)) / afterWarmup(span)))),
    words: { en: 'Falls slowly, then quickly, then slowly to zero.', zh: '先慢后快再慢地降到零。' },
  },
  constant: {
    // transformers' plain "constant" takes no warmup, whatever the other fields say.
    factor: () => 1,
    words: { en: 'Stays as it is, without warmup.', zh: '始终不变，没有预热。' },
  },
  constant_with_warmup: {
    factor: (done, span) => rising(done, span) ?? 1,
    words: { en: 'Rises in the warmup, then stays.', zh: '预热时上升，之后不变。' },
  },
} as const satisfies Record<string, Schedule>

export type SchedulerType = keyof typeof SCHEDULES
export const SCHEDULERS = Object.keys(SCHEDULES) as SchedulerType[]

export interface ScheduleFields {
  learning_rate: number
  lr_scheduler_type: SchedulerType
  /** Share of all steps; used where warmup_steps is 0. */
  warmup_ratio: number
  warmup_steps: number
}

/** Steps of linear warmup out of `steps`; transformers' TrainingArguments.get_warmup_steps, both generations. */
export function warmupSteps(run: Pick<ScheduleFields, 'warmup_ratio' | 'warmup_steps'>, steps: number): number {
  if (run.warmup_steps >= 1) return Math.floor(run.warmup_steps)
  return Math.ceil(steps * (run.warmup_steps > 0 ? run.warmup_steps : run.warmup_ratio))
}

/**
 * Learning rate that optimiser step `step` (1-based) uses, which is also what trl logs for it. transformers' counter is
 * 0 at the first step: with warmup the first step has rate 0.
 */
export function learningRateAt(run: ScheduleFields, step: number, steps: number): number {
  const { factor }: Schedule = SCHEDULES[run.lr_scheduler_type]
  return run.learning_rate * factor(step - 1, { warmup: warmupSteps(run, steps), steps, rate: run.learning_rate })
}

const rising = (done: number, { warmup }: Span) => (done < warmup ? done / Math.max(1, warmup) : undefined)
const afterWarmup = ({ warmup, steps }: Span) => Math.max(1, steps - warmup)
