import type { CheckpointRules } from '../formats/checkpoint-folder'
import { isWanted } from '../formats/checkpoint-folder'
import type { Interlude } from './interlude'
import { loggingInterval } from './log-history'
import type { RunFile } from '../run-file/run-file'

/** `save_strategy`, `save_steps` and `save_total_limit` of a run; `best` grows with the run's best evaluations. */
export function checkpointRules(
  run: RunFile,
  plan: { steps: number; stepsPerEpoch: number },
  safety: boolean,
  best: readonly number[] = [],
): CheckpointRules {
  const wanted = { no: null, best: null, epoch: plan.stepsPerEpoch, steps: loggingInterval(run.save_steps, plan.steps) }
  const rules = { every: wanted[run.save_strategy], limit: run.save_total_limit, safety }
  return run.save_strategy === 'best' ? { ...rules, best } : rules
}

/** What a crash may cost: less at first, when a run is likely to be one that is only tried out. */
const FIRST_MS = 20_000
const THEN_MS = 120_000
/** Writing takes at most a twentieth of the time. */
const SHARE = 20

/** The interlude that writes checkpoints by the rules; `save` writes the one of the step that is done. */
export function checkpointing(
  rules: CheckpointRules,
  save: (log: Parameters<Interlude['run']>[1], step: number) => Promise<void>,
  options: { continued: boolean; now?: () => number },
): Interlude {
  const now = options.now ?? (() => performance.now())
  let due = now() + FIRST_MS
  let saved = -1
  return {
    due(step, moment) {
      if (step === saved) return false
      if (rules.best?.at(-1) === step && (moment === 'step' || moment === 'end')) return true
      if (moment === 'end') return false
      if (moment === 'step' && isWanted(rules, step)) return true
      // Who asked for checkpoints wants to go on from where they stopped.
      if (moment === 'stop' && rules.every !== null && step > 0) return true
      if (!rules.safety) return false
      // A run that began with an adapter cannot begin again without it.
      if (moment === 'start') return options.continued && step === 0
      return step > 0 && (moment !== 'step' || now() >= due)
    },
    async run(step, log) {
      const began = now()
      await save(log, step)
      saved = step
      due = now() + Math.max(THEN_MS, SHARE * (now() - began))
    },
  }
}
