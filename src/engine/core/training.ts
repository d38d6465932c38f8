import type { ChatTokenizer } from '../../data/index'
import type { TokenizedRow } from '../../contracts/data'
import { trainerState } from '../../formats/trainer-state'
import type { LanguageModel, Trainer } from '../../model/language-model'
import type { Place } from '../../formats/whole-folder'
import { logHistory, loggingInterval } from '../../train/log-history'
import type { RunControl } from '../../train/run-control'
import type { RunFile } from '../../run-file/run-file'
import type { StepReport } from '../../train/loop'
import type { TrainingResult } from '../../train/train-model'
import { batchOrder, trainModel } from '../../train/train-model'
import { serializeError } from '../../errors/serialize'
import { adapterCard } from './load-adapter'
import { keepCheckpoints, resumePoint } from './run-checkpoints'
import { rowPrompts } from './row-prompts'
import { answering } from './row-answers'
import type { TrainOptions, TrainOutcome } from '../api/types'
import type { TrainPhase, TrainEvent } from '../../contracts/events'
import type { AdapterCard } from '../../contracts/lora'

interface RunParts {
  control: RunControl
  tokenizer: ChatTokenizer
  /** Parameters outside the embedding, for total_flos. */
  blockParameters: number
  baseModel: string
  /** See model/opening/fingerprint.ts. */
  modelPrint: (like?: string) => Promise<string>
  /** Where checkpoints lie, and whether nobody need ask for them. */
  place: Place | null
  safety: boolean
  onAdapter(card: AdapterCard): void
}

/** A run told as events, and its outcome with the whole trainer_state.json. */
export async function runTraining(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  wanted: RunFile,
  options: TrainOptions,
  parts: RunParts,
  on: (event: TrainEvent) => void,
): Promise<TrainOutcome> {
  const { control, tokenizer, place, safety, baseModel } = parts
  const resumed = await resumePoint(model, rows, options, place, parts.modelPrint)
  const checkpoint = resumed?.checkpoint
  const run = checkpoint?.run ?? wanted
  for (const note of resumed?.notes ?? []) on({ kind: 'message', level: 'warning', text: serializeError(note) })
  if (checkpoint) on({ kind: 'resumed', log: [...checkpoint.log] })
  const continued = options.continueAdapter ?? false
  const checkpoints = keepCheckpoints({
    model,
    rows,
    run,
    place,
    safety,
    continued,
    baseModel,
    modelPrint: await parts.modelPrint(),
    runId: checkpoint?.runId ?? options.runId,
    began: checkpoint?.began ?? new Date().toISOString(),
    resumedAt: checkpoint?.log.length ?? null,
    on,
  })
  const hooks = {
    onPhase: (phase: TrainPhase, step: number, steps: number) => on({ kind: 'phase', phase, step, steps }),
    onCompile: (done: number, total: number) => on({ kind: 'compile', done, total }),
    onStep: (report: StepReport, steps: number) => on(stepEvent(report, steps)),
    onAttached: () => parts.onAdapter(adapterCard(model, baseModel)!),
    interludes: (trainer: Trainer) => [
      ...(checkpoints ? [checkpoints(trainer)] : []),
      ...answers(model, rows, run, options, parts, on),
    ],
  }
  const start = { keepAdapter: continued, padId: tokenizer.padId, checkpoint }
  const result = await trainModel(model, rows, run, control, hooks, start)
  const reason = result.log.length < result.steps ? 'stopped' : 'finished'
  on({ kind: 'phase', phase: reason === 'finished' ? 'done' : 'stopped', step: result.log.length, steps: result.steps })
  const isUntrained = result.log.length === 0
  // Nobody should take random numbers for an adapter.
  if (isUntrained && !continued) model.detachLora()
  const trainLoss = isUntrained ? null : result.log.reduce((sum, row) => sum + row.loss, 0) / result.log.length
  return {
    reason,
    log: result.log,
    steps: result.log.length,
    seconds: result.seconds,
    trainLoss,
    trainerState: stateOf(rows, run, result, trainLoss, parts.blockParameters),
  }
}

function answers(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  run: RunFile,
  { answers: wanted }: TrainOptions,
  { tokenizer, control }: RunParts,
  on: (event: TrainEvent) => void,
) {
  if (!wanted) return []
  const maxNewTokens = wanted.max_new_tokens
  const prompts = rowPrompts(rows, tokenizer, wanted.rows, model.config.maxPositionEmbeddings - maxNewTokens)
  return [
    answering({
      model,
      tokenizer,
      prompts,
      steps: batchOrder(rows, run).steps,
      every: wanted.every,
      maxNewTokens,
      control,
      on,
    }),
  ]
}

function stepEvent(report: StepReport, steps: number): TrainEvent {
  const { tokensPerSecond, etaSeconds, stepSeconds, gpuBytes, ...log } = report
  return { kind: 'step', log, steps, tokensPerSecond, etaSeconds, stepSeconds, gpuBytes }
}

/** Rows as transformers logs them, then its summary row of the whole run. */
function stateOf(
  rows: readonly TokenizedRow[],
  run: RunFile,
  result: TrainingResult,
  trainLoss: number | null,
  blockParameters: number,
) {
  const { log, steps, seconds } = result
  const plan = batchOrder(rows, run)
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
    log_history: [
      ...logHistory(log, run, steps, (step) => plan.window(step - 1).length).map((row) => ({ ...row })),
      summary,
    ],
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
