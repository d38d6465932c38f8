import type { Expectation } from '../errors/expectation'

/** What a schedule reckons with: steps of warmup and in all, and learning_rate itself. */
interface Span {
  warmup: number
  steps: number
  rate: number
}

/** `lr_scheduler_kwargs`, by transformers' names. */
export type ScheduleArguments = Record<string, number | string>

/** How the learning rate goes over a run. */
interface Schedule {
  /** Share of learning_rate after `done` steps; formulas of transformers' optimization.py. */
  factor(done: number, span: Span, args: ScheduleArguments): number
  /** What `lr_scheduler_kwargs` may hold; what is left out has transformers' default. */
  args?: Record<string, Expectation>
  /** Arguments of which exactly one must be there, as transformers demands. */
  oneOf?: readonly string[]
  /** What the page begins with where one of them is needed. */
  start?: ScheduleArguments
  /** Arguments that must be below learning_rate. */
  belowRate?: readonly string[]
  /** One line for people. */
  words: { en: string; zh: string }
}

const positive: Expectation = { kind: 'number', above: 0 }
const share: Expectation = { kind: 'number', min: 0 }
const steps: Expectation = { kind: 'number', min: 0, integer: true }
const shape: Expectation = { kind: 'choice', values: ['linear', 'cosine', '1-sqrt'] }

/** By transformers' names. */
export const SCHEDULES = {
  linear: {
    factor: (done, span) => rising(done, span) ?? Math.max(0, (span.steps - done) / afterWarmup(span)),
    words: { en: 'Falls in a straight line, to zero at the end.', zh: '沿直线下降，结束时为零。' },
  },
  cosine: {
    factor: (done, span, { num_cycles = 0.5 }) =>
      rising(done, span) ?? Math.max(0, cosine(2 * Number(num_cycles) * progress(done, span))),
    args: { num_cycles: positive },
    words: { en: 'Falls slowly, then quickly, then slowly to zero.', zh: '先慢后快再慢地降到零。' },
  },
  cosine_with_restarts: {
    factor: (done, span, { num_cycles = 1 }) =>
      rising(done, span) ?? cosine((Number(num_cycles) * progress(done, span)) % 1),
    args: { num_cycles: { kind: 'number', min: 1, integer: true } },
    words: { en: 'A cosine that begins anew, `num_cycles` times.', zh: '余弦下降，重复 num_cycles 次。' },
  },
  cosine_with_min_lr: {
    factor: (done, span, { num_cycles = 0.5, ...least }) => {
      const floor = leastShare(least, span)
      const above = cosine(2 * Number(num_cycles) * progress(done, span))
      return rising(done, span) ?? Math.max(0, above * (1 - floor) + floor)
    },
    args: { num_cycles: positive, min_lr: share, min_lr_rate: share },
    oneOf: ['min_lr', 'min_lr_rate'],
    start: { min_lr_rate: 0.1 },
    words: { en: 'A cosine that ends at `min_lr` instead of zero.', zh: '余弦下降到 min_lr，而不是零。' },
  },
  polynomial: {
    factor: (done, span, { lr_end = 1e-7, power = 1 }) => {
      const end = Number(lr_end)
      const left = 1 - (done - span.warmup) / (span.steps - span.warmup)
      return rising(done, span) ?? ((span.rate - end) * left ** Number(power) + end) / span.rate
    },
    args: { lr_end: share, power: positive },
    belowRate: ['lr_end'],
    words: { en: 'Falls as a power of what is left, to `lr_end`.', zh: '按剩余部分的幂次下降到 lr_end。' },
  },
  inverse_sqrt: {
    factor: (done, span, { timescale = span.warmup || 10_000 }) =>
      rising(done, span) ?? 1 / Math.sqrt((done + Number(timescale) - span.warmup) / Number(timescale)),
    args: { timescale: { kind: 'number', min: 1, integer: true } },
    words: { en: 'Falls as one over the square root of the steps.', zh: '按步数平方根的倒数下降。' },
  },
  warmup_stable_decay: {
    factor: (done, span, args) => {
      const {
        num_decay_steps,
        min_lr_ratio = 0,
        num_cycles = 0.5,
        warmup_type = 'linear',
        decay_type = 'cosine',
      } = args
      const decay = Number(num_decay_steps)
      const stable = Number(args.num_stable_steps ?? span.steps - span.warmup - decay)
      const floor = Number(min_lr_ratio)
      const raised = (factor: number) => Math.max(0, factor * (1 - floor) + floor)
      if (done < span.warmup) {
        const x = done / span.warmup
        const kinds = { linear: x, cosine: 0.5 * (1 - Math.cos(Math.PI * x)), '1-sqrt': 1 - Math.sqrt(1 - x) }
        return raised(kinds[warmup_type as keyof typeof kinds])
      }
      const x = (done - span.warmup - stable) / Math.max(1, decay)
      if (x < 0) return 1
      if (done >= span.warmup + stable + decay) return floor
      const kinds = { linear: 1 - x, cosine: cosine(2 * Number(num_cycles) * x), '1-sqrt': 1 - Math.sqrt(x) }
      return raised(kinds[decay_type as keyof typeof kinds])
    },
    args: {
      num_decay_steps: steps,
      num_stable_steps: steps,
      min_lr_ratio: share,
      num_cycles: positive,
      warmup_type: shape,
      decay_type: shape,
    },
    oneOf: ['num_decay_steps'],
    start: { num_decay_steps: 10 },
    words: {
      en: 'Rises, stays, and falls in the last `num_decay_steps`.',
      zh: '上升、保持，最后 num_decay_steps 步下降。',
    },
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
export const scheduleOf = (type: SchedulerType): Schedule => SCHEDULES[type]

export interface ScheduleFields {
  learning_rate: number
  lr_scheduler_type: SchedulerType
  lr_scheduler_kwargs: ScheduleArguments
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
  const span = { warmup: warmupSteps(run, steps), steps, rate: run.learning_rate }
  return run.learning_rate * scheduleOf(run.lr_scheduler_type).factor(step - 1, span, run.lr_scheduler_kwargs)
}

const rising = (done: number, { warmup }: Span) => (done < warmup ? done / Math.max(1, warmup) : undefined)
const afterWarmup = ({ warmup, steps }: Span) => Math.max(1, steps - warmup)
const progress = (done: number, span: Span) => (done - span.warmup) / afterWarmup(span)
/** From 1 down to 0 over x in [0, 1]. */
const cosine = (x: number) => 0.5 * (1 + Math.cos(Math.PI * x))
const leastShare = ({ min_lr, min_lr_rate }: ScheduleArguments, { rate }: Span) =>
  min_lr === undefined ? Number(min_lr_rate) : Number(min_lr) / rate
