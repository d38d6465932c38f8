import type { TokenizedRow } from '../contracts/data'
import { orderBatches } from '../data'
import { fail } from '../errors'
import type { LanguageModel, Trainer, TrainerState, MemoryPlan } from '../model/language-model'
import type { Interlude } from './interlude'
import type { RunControl } from './run-control'
import { stepsAt, type Steering } from '../run-file/history'
import type { RunFile } from '../run-file/run-file'
import type { StepReport } from './loop'
import { runLoop } from './loop'
import { runWindows, trainingShape } from './windows'
import type { TrainPhase } from '../contracts/events'
import type { RowLoss } from '../contracts/evaluation'
import type { LogRow } from '../contracts/figures'

export interface TrainingHooks {
  onPhase(phase: TrainPhase, step: number, steps: number): void
  onStep(report: StepReport, steps: number): void
  onRows?(rows: RowLoss[], step: number): void
  onCompile?(done: number, total: number): void
  onSteered?(steering: Steering): void
  /** The adapter that is going to be trained is on the model. */
  onAttached?(): void
  interludes?(trainer: Trainer): Interlude[]
}

export interface TrainingStart {
  /** Go on with the adapter that is attached instead of a fresh one. */
  keepAdapter: boolean
  /** Where a checkpoint left off; the adapter comes with it. */
  checkpoint?: { state: TrainerState; log: readonly LogRow[] }
  padId: number
}

export interface TrainingResult {
  /** Every step's figures. */
  log: LogRow[]
  /** Steps planned; `log` is shorter when the run was stopped. */
  steps: number
  /** Micro batches are padded to at most this. */
  plan: MemoryPlan
  seconds: number
}

/** Rows in order of the run: what `planBatches` needs of them. */
export function batchOrder(rows: readonly TokenizedRow[], run: RunFile) {
  return orderBatches(
    rows.map((row) => row.inputIds.length),
    run,
    run.seed,
  )
}

/**
 * Fine-tune the model's adapter on the rows as the run says. The adapter stays attached afterwards, however it ends.
 * Throws 'train-no-rows', 'train-non-finite' and what the model throws.
 */
export async function trainModel(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  run: RunFile,
  control: RunControl,
  hooks: TrainingHooks,
  start: TrainingStart,
): Promise<TrainingResult> {
  if (rows.length === 0) throw fail('train-no-rows', {})
  const batches = batchOrder(rows, run)
  const planned = batches.steps
  const stepsNow = () => stepsAt(run, planned, doneSteps)
  const began = performance.now()
  const doneSteps = start.checkpoint?.log.length ?? 0
  hooks.onPhase('preparing', doneSteps, stepsNow())
  await attachAdapter(model, run, start)
  hooks.onAttached?.()

  hooks.onPhase('compiling', doneSteps, stepsNow())
  const trainer: Trainer = await model.createTrainer(trainingShape(batches, run), hooks.onCompile)
  try {
    if (start.checkpoint) await trainer.loadState(start.checkpoint.state)
    hooks.onPhase('training', doneSteps, stepsNow())
    const log = await runLoop({
      trainer,
      run,
      steps: planned,
      windows: runWindows(rows, batches, doneSteps, start.padId),
      control,
      done: start.checkpoint && { log: start.checkpoint.log },
      onStep: (report) => hooks.onStep(report, stepsAt(run, planned, report.step)),
      onRows: hooks.onRows,
      onSteered: hooks.onSteered,
      onPause: (paused, step) => hooks.onPhase(paused ? 'paused' : 'training', step, stepsAt(run, planned, step)),
      interludes: hooks.interludes?.(trainer),
    })
    return {
      log,
      steps: stepsAt(run, planned, log.length),
      plan: trainer.plan,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    trainer.destroy()
  }
}

export async function attachAdapter(model: LanguageModel, run: RunFile, start: TrainingStart): Promise<void> {
  if (start.checkpoint) return model.attachLora(run.lora, { kind: 'pairs', pairs: start.checkpoint.state.pairs })
  if (!start.keepAdapter || !model.lora) return model.attachLora(run.lora, { kind: 'random', seed: run.seed })
  // The adapter decides its own shape; dropout is the run's.
  if (model.lora.lora_dropout === run.lora.lora_dropout) return
  const pairs = await model.readLora()
  await model.attachLora({ ...model.lora, lora_dropout: run.lora.lora_dropout }, { kind: 'pairs', pairs })
}
