import { FIGURE_NAMES, FIGURES, type Figure, type FigureName, type LogRow } from '../contracts/figures'
import type { RunFile } from '../run-file/run-file'

/**
 * `log_history` of trainer_state.json from the steps: every `logging_steps` a row, unrounded, as transformers 5 and trl
 * write them; `FIGURES` says of each figure what it is over an interval, `batchesOf` how many micro batches a step had.
 * Steps after the last full interval have no row of their own.
 */
export function logHistory(
  log: readonly LogRow[],
  run: Pick<RunFile, 'logging_steps'>,
  steps: number,
  batchesOf: (step: number) => number,
): LogRow[] {
  const interval = loggingInterval(run.logging_steps, steps)
  const rows: LogRow[] = []
  for (let end = interval; end <= log.length; end += interval) {
    const part = log.slice(end - interval, end)
    const figures = FIGURE_NAMES.flatMap((name) => {
      const value = overInterval(part, name, batchesOf)
      return value === undefined ? [] : [[name, value] as const]
    })
    rows.push(Object.fromEntries(figures) as unknown as LogRow)
  }
  return rows
}

/** Every how many steps: below 1, `logging_steps` and `save_steps` are a share of all (TrainerState.compute_steps). */
export function loggingInterval(loggingSteps: number, steps: number): number {
  return Math.max(1, loggingSteps < 1 ? Math.ceil(steps * loggingSteps) : Math.floor(loggingSteps))
}

/** undefined where a step of the interval lacks the figure: steps that an earlier version made. */
function overInterval(
  part: readonly LogRow[],
  name: FigureName,
  batchesOf: (step: number) => number,
): number | undefined {
  const values = part.flatMap((row) => row[name] ?? [])
  if (values.length < part.length) return undefined
  const { over }: Figure = FIGURES[name]
  if (over === 'last' || part.length === 1) return values.at(-1)
  const weights = part.map(({ step }) => (over === 'micro batches' ? batchesOf(step) : 1))
  return values.reduce((sum, value, i) => sum + value * weights[i], 0) / weights.reduce((a, b) => a + b, 0)
}
