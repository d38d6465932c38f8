import type { TokenizedRow } from '../data'
import { fail } from '../errors'
import { trainerState } from '../formats/trainer-state'
import type { LanguageModel } from '../model/language-model'
import type { Checkpoint } from '../train/checkpoint'
import { fingerprint, readCheckpoint, writeCheckpoint } from '../train/checkpoint'
import { logHistory, loggingInterval } from '../train/log-history'
import type { RunControl } from '../train/run-control'
import type { RunFile } from '../train/run-file'
import type { StepReport } from '../train/session'
import type { TrainingHooks, TrainingPhase, TrainingResult } from '../train/train-model'
import { batchPlan, trainModel } from '../train/train-model'
import type { TrainEvent, TrainOptions, TrainOutcome } from './types'

interface RunParts extends TrainOptions {
  control: RunControl
  padId: number
  /** Parameters outside the embedding, for total_flos. */
  blockParameters: number
  baseModel: string
}

/** A run told as events, and its outcome with the whole trainer_state.json. */
export async function runTraining(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  wanted: RunFile,
  parts: RunParts,
  on: (event: TrainEvent) => void,
): Promise<TrainOutcome> {
  const { control, padId, continueAdapter } = parts
  const checkpoint = await resumePoint(model, rows, parts)
  const run = checkpoint?.run ?? wanted
  const hooks = {
    onPhase: (phase: TrainingPhase, step: number, steps: number) => on({ kind: 'phase', phase, step, steps }),
    onCompile: (done: number, total: number) => on({ kind: 'compile', done, total }),
    onStep: (report: StepReport, steps: number) => on(stepEvent(report, steps)),
    checkpoint: checkpoints(model, rows, run, parts, on),
  }
  const start = { keepAdapter: continueAdapter ?? false, padId, checkpoint }
  const result = await trainModel(model, rows, run, control, hooks, start)
  const reason = result.log.length < result.steps ? 'stopped' : 'finished'
  on({ kind: 'phase', phase: reason === 'finished' ? 'done' : 'stopped', step: result.log.length, steps: result.steps })
  const trainLoss = result.log.reduce((sum, row) => sum + row.loss, 0) / Math.max(1, result.log.length)
  return {
    reason,
    log: result.log,
    steps: result.log.length,
    seconds: result.seconds,
    trainLoss,
    trainerState: stateOf(rows, run, result, trainLoss, parts.blockParameters),
  }
}

async function resumePoint(model: LanguageModel, rows: readonly TokenizedRow[], parts: RunParts): Promise<Checkpoint | undefined> {
  if (!parts.resumeFrom) return undefined
  const checkpoint = await readCheckpoint(parts.resumeFrom, model.config)
  if (checkpoint.data !== fingerprint(rows)) throw fail('train-other-data', {})
  return checkpoint
}

/** When and where checkpoints go; nothing where the run asks for none or nobody gave a place. */
function checkpoints(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  run: RunFile,
  parts: RunParts,
  on: (event: TrainEvent) => void,
): TrainingHooks['checkpoint'] {
  const { checkpoints: out, baseModel } = parts
  if (run.save_strategy === 'no') return undefined
  if (!out) {
    const text = fail('train-checkpoints-unkept', { save_strategy: run.save_strategy }).toJSON()
    on({ kind: 'message', level: 'warning', text })
    return undefined
  }
  const { steps, stepsPerEpoch } = batchPlan(rows, run)
  const data = fingerprint(rows)
  return {
    every: run.save_strategy === 'epoch' ? stepsPerEpoch : loggingInterval(run.save_steps, steps),
    save: async (state, log) => {
      on({ kind: 'phase', phase: 'saving', step: log.length, steps })
      await writeCheckpoint(out, { run, state, log, data }, model.lora!, baseModel)
      on({ kind: 'phase', phase: 'training', step: log.length, steps })
    },
  }
}

function stepEvent(report: StepReport, steps: number): TrainEvent {
  const { tokensPerSecond, etaSeconds, stepSeconds, gpuBytes, ...log } = report
  return { kind: 'step', log, steps, tokensPerSecond, etaSeconds, stepSeconds, gpuBytes }
}

/** Rows as transformers logs them, then its summary row of the whole run. */
function stateOf(rows: readonly TokenizedRow[], run: RunFile, result: TrainingResult, trainLoss: number, blockParameters: number) {
  const { log, steps, seconds } = result
  const plan = batchPlan(rows, run)
  const last = log.at(-1)
  const epoch = last?.epoch ?? 0
  // transformers' estimate: 6 FLOPs a token and parameter outside the embedding.
  const total_flos = 6 * (last?.num_tokens ?? 0) * blockParameters
  const summary = {
    epoch,
    step: log.length,
    total_flos,
    train_loss: trainLoss,
    train_runtime: seconds,
    train_samples_per_second: seconds > 0 ? (epoch * rows.length) / seconds : 0,
    train_steps_per_second: seconds > 0 ? log.length / seconds : 0,
  }
  return trainerState({
    log_history: [...logHistory(log, run, steps).map((row) => ({ ...row })), summary],
    global_step: log.length,
    max_steps: steps,
    epoch,
    num_train_epochs: plan.epochs,
    train_batch_size: run.per_device_train_batch_size,
    logging_steps: loggingInterval(run.logging_steps, steps),
    save_steps: run.save_steps,
    total_flos,
  })
}
