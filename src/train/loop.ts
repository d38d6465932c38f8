import { fail, TuneError } from '../errors'
import type { MicroBatch } from '../contracts/data'
import type { Trainer } from '../model/language-model'
import type { Interlude, Moment } from './interlude'
import type { RunControl } from './run-control'
import type { RunFile } from '../run-file/run-file'
import { steeredRate, stepsAt, type Steering } from '../run-file/history'
import { Throughput } from './throughput'
import type { RowLoss } from '../contracts/evaluation'
import { FIGURE_NAMES } from '../contracts/figures'
import type { FigureName, LogRow, LoopFigure, Pace, StepResult } from '../contracts/figures'

/** The micro batches of one optimiser step. */
export interface Window {
  /** `epoch` after this window as transformers counts it: passes over the data, as a fraction. */
  epoch: number
  /** Made when the window is queued, so that one window at a time is padded. */
  batches(): MicroBatch[]
}

export type StepReport = LogRow & Pace

export interface LoopParts {
  trainer: Trainer
  /** Its `history` grows with what is changed on the way. */
  run: RunFile
  /** Optimiser steps in all that the run was planned with. */
  steps: number
  /** Windows in order, as many as are asked for. */
  windows: Iterable<Window>
  control: RunControl
  onStep(report: StepReport): void
  /** Losses of the rows that the step was taught, as they were before it. */
  onRows?(rows: RowLoss[], step: number): void
  /** A change that was asked for takes effect behind `after` steps. */
  onSteered?(steering: Steering): void
  /** Called when the loop begins to wait, and when it goes on. */
  onPause?(paused: boolean, step: number): void
  interludes?: readonly Interlude[]
  /** Where a continued run stands. */
  done?: { log: readonly LogRow[] }
  now?: () => number
}

interface Queued {
  step: number
  epoch: number
  rate: number
  rows: number[]
  realTokens: number
  numItems: number
  result: ReturnType<Trainer['step']>
}

/**
 * Train until the windows end or the control stops it. The next window is queued before the result of the one before is
 * awaited, so the GPU never waits for the host; reports lag one step. Throws `train-non-finite` with the step, the
 * place and the rows. Returns all steps' figures, those of `done` first.
 */
export async function runLoop(parts: LoopParts): Promise<LogRow[]> {
  const { trainer, run, control } = parts
  /** As it stands now: the run may be lengthened. */
  let steps = stepsAt(run, parts.steps, parts.done?.log.length ?? 0)
  const log = [...(parts.done?.log ?? [])]
  const clock = new Throughput(parts.now ?? (() => performance.now()), parts.interludes)
  let numTokens = log.at(-1)?.num_tokens ?? 0
  let queued: Queued | null = null

  const settle = async () => {
    if (!queued) return
    const { step, epoch, rate, rows, realTokens, numItems, result } = queued
    queued = null
    const { rows: losses, ...left } = await result.catch((error: unknown) => {
      throw namingRows(error, step, rows)
    })
    numTokens += realTokens
    const figures = logRow(
      { step, epoch, learning_rate: rate, num_tokens: numTokens, num_items_in_batch: numItems },
      left,
    )
    log.push(figures)
    if (losses) parts.onRows?.(losses, step)
    const pace = clock.stepEnded({ tokens: realTokens, rows: rows.length, step, steps })
    parts.onStep({ ...figures, ...pace, gpuBytes: trainer.gpuBytes })
  }

  let step = log.length
  const interlude = async (moment: Moment) => {
    // One by one: whether a checkpoint is due may hang on the evaluation before it.
    for (const one of parts.interludes ?? []) {
      if (!one.due(step, moment)) continue
      await settle()
      clock.restart()
      await one.run(step, log)
      clock.interludeEnded(one)
    }
  }

  /** What was asked for meanwhile takes effect from the next step on. */
  const follow = () => {
    for (const change of control.takeWishes()) {
      const steering = { after: step, ...change }
      run.history.push(steering)
      parts.onSteered?.(steering)
    }
    steps = stepsAt(run, parts.steps, step)
  }

  await interlude('start')
  for (const window of parts.windows) {
    follow()
    if (step >= steps) break
    if (control.paused) {
      await settle()
      await interlude('pause')
      parts.onPause?.(true, step)
      await control.whenRunning()
      if (!control.stopped) parts.onPause?.(false, step)
      clock.restart()
      follow()
    }
    if (control.stopped) break
    step++
    const before: Queued | null = queued
    const next = await queue(trainer, run, window, step, parts.steps)
    // `settle` awaits the earlier window; a failure of this one is met when its turn comes.
    next.result.catch(() => {})
    queued = before
    await settle()
    queued = next
    if (step < steps) await interlude('step')
  }
  await settle()
  await interlude(step < steps ? 'stop' : 'end')
  return log
}

async function queue(trainer: Trainer, run: RunFile, window: Window, step: number, planned: number): Promise<Queued> {
  const batches = window.batches()
  // The loss of every micro batch is divided by the trained tokens of the whole window (transformers'
  // num_items_in_batch).
  const numItems = Math.max(
    1,
    batches.reduce((sum, batch) => sum + batch.trainedTokens, 0),
  )
  for (const batch of batches) await trainer.accumulate(batch, numItems)
  const rate = steeredRate(run, step, planned)
  return {
    step,
    epoch: window.epoch,
    rate,
    rows: batches.flatMap((batch) => batch.rows),
    realTokens: batches.reduce((sum, batch) => sum + batch.realTokens, 0),
    numItems,
    result: trainer.step({
      lr: rate,
      beta1: run.adam_beta1,
      beta2: run.adam_beta2,
      eps: run.adam_epsilon,
      weightDecay: run.weight_decay,
      maxGradNorm: run.max_grad_norm,
    }),
  }
}

/** A step's figures in the order of the table. */
function logRow(loop: Record<LoopFigure, number>, kernels: StepResult): LogRow {
  const all: Record<FigureName, number> = { ...loop, ...kernels }
  return Object.fromEntries(FIGURE_NAMES.map((name) => [name, all[name]])) as Record<FigureName, number>
}

/** The trainer may not know which rows broke the numbers; then all that it was fed are named. */
function namingRows(error: unknown, step: number, rows: number[]): unknown {
  if (!(error instanceof TuneError) || error.code !== 'train-non-finite') return error
  const params = error.params as { layer: number | null; rows: number[]; loss: string; gradNorm: string }
  return fail('train-non-finite', { ...params, step, rows: params.rows.length > 0 ? params.rows : rows }, error)
}
