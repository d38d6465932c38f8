import type { ChatTokenizer } from '../../data/index'
import type { TokenizedRow } from '../../contracts/data'
import { trainerState } from '../../formats/trainer-state'
import type { LanguageModel, Trainer } from '../../model/language-model'
import type { Place } from '../../formats/whole-folder'
import type { EvalRow, RowLoss } from '../../contracts/evaluation'
import type { LogRow } from '../../contracts/figures'
import { folderOf } from '../../formats/checkpoint-folder'
import { fingerprint, type Checkpoint } from '../../train/checkpoint'
import { BestSoFar, evaluationInterval, refuseUnheld } from '../../train/evaluation-rules'
import { holdOut } from '../../train/hold-out'
import { logHistory, loggingInterval } from '../../train/log-history'
import type { RunControl } from '../../train/run-control'
import { stepsAt, type Steering, type SteeringChange } from '../../run-file/history'
import type { RunFile } from '../../run-file/run-file'
import type { StepReport } from '../../train/loop'
import type { TrainingResult } from '../../train/train-model'
import { batchOrder, trainModel } from '../../train/train-model'
import { fail } from '../../errors/index'
import { serializeError } from '../../errors/serialize'
import { adapterCard } from './load-adapter'
import { scoreSets } from './score-sets'
import { evaluating, type Evaluations, type EvaluatingParts } from './evaluating'
import { keepCheckpoints, resumePoint } from './run-checkpoints'
import { roomOf, rowPrompts } from './row-prompts'
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

/** The rows of a run before any is held out, and those of a second file. */
export interface RunRows {
  rows: readonly TokenizedRow[]
  second: readonly TokenizedRow[] | null
}

/** A run told as events, and its outcome with the whole trainer_state.json. */
export async function runTraining(
  model: LanguageModel,
  { rows: all, second }: RunRows,
  wanted: RunFile,
  options: TrainOptions,
  parts: RunParts,
  on: (event: TrainEvent) => void,
): Promise<TrainOutcome> {
  const { control, tokenizer, place, safety, baseModel } = parts
  const data = second ? `${fingerprint(all)}/${fingerprint(second)}` : fingerprint(all)
  const resumed = await resumePoint(model, data, options, place, parts.modelPrint)
  const checkpoint = resumed?.checkpoint
  // A copy: what is changed on the way is the run's own.
  const run = structuredClone(checkpoint ? branched(checkpoint, options.branch) : wanted)
  const { train: rows, held } = holdOut(all, second, run)
  for (const note of resumed?.notes ?? []) on({ kind: 'message', level: 'warning', text: serializeError(note) })
  if (checkpoint) on({ kind: 'resumed', log: [...checkpoint.log], evaluations: [...checkpoint.evaluations] })
  const { steps: planned } = batchOrder(rows, run)
  const tellSteered = (steering: Steering) =>
    on({ kind: 'steered', steering, steps: stepsAt(run, planned, steering.after) })
  if (options.branch) tellSteered(run.history.at(-1)!)
  tellUnheld(run, held, on)
  tellUnknown(run, all, on)
  const continued = options.continueAdapter ?? false
  const evaluations = evaluating({
    model,
    run,
    train: rows,
    held,
    padId: tokenizer.padId,
    control,
    past: pastOf(checkpoint),
    sets: options.sets?.length
      ? await scoreSets(options.sets, { model, tokenizer, cache: options.setsCache, control })
      : undefined,
    on,
  })
  const checkpoints = keepCheckpoints({
    model,
    rows,
    data,
    evaluations,
    run,
    place,
    safety,
    continued,
    baseModel,
    modelPrint: await parts.modelPrint(),
    runId: options.branch ? options.runId : (checkpoint?.runId ?? options.runId),
    began: (options.branch ? undefined : checkpoint?.began) ?? new Date().toISOString(),
    resumedAt: checkpoint?.log.length ?? null,
    on,
  })
  const hooks = {
    onPhase: (phase: TrainPhase, step: number, steps: number) => on({ kind: 'phase', phase, step, steps }),
    onCompile: (done: number, total: number) => on({ kind: 'compile', done, total }),
    onStep: (report: StepReport, steps: number) => on(stepEvent(report, steps)),
    onRows: (losses: RowLoss[], step: number) => on({ kind: 'rows', step, rows: losses }),
    onSteered: tellSteered,
    onAttached: () => parts.onAdapter(adapterCard(model, baseModel)!),
    interludes: (trainer: Trainer) => [
      evaluations.interlude,
      ...(checkpoints ? [checkpoints(trainer)] : []),
      ...answers(model, rows, run, options, parts, on),
    ],
  }
  const start = { keepAdapter: continued, padId: tokenizer.padId, checkpoint }
  const result = await trainModel(model, rows, run, control, hooks, start)
  const reason = result.log.length < result.steps ? 'stopped' : 'finished'
  on({ kind: 'phase', phase: reason === 'finished' ? 'done' : 'stopped', step: result.log.length, steps: result.steps })
  const kept = await keepBest(model, run, evaluations, result.log.length, on)
  if (kept) parts.onAdapter(adapterCard(model, baseModel)!)
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
    history: run.history,
    evaluations: [...evaluations.rows],
    best: evaluations.judge.best,
    trainerState: stateOf(rows, run, result, trainLoss, evaluations, parts.blockParameters),
  }
}

/** The run that goes on from a checkpoint; a branch of it is another run from there on. */
function branched({ run, log }: Checkpoint, change: SteeringChange | undefined): RunFile {
  const past = run.history.filter(({ after }) => after < log.length)
  return change ? { ...run, history: [...past, { after: log.length, ...change }] } : run
}

/** What was judged before, of a run that goes on. */
function pastOf(checkpoint: Checkpoint | undefined): EvaluatingParts['past'] {
  if (!checkpoint) return { rows: [], bestPairs: null }
  const { evaluations, bestPairs, run, state, log } = checkpoint
  const isOwn = new BestSoFar(run, evaluations).best?.step === log.length
  return { rows: evaluations, bestPairs: isOwn ? state.pairs : bestPairs }
}

/** Evaluations that nothing is held out for: the run goes on without them, unless it is to end by them. */
function tellUnheld(run: RunFile, held: readonly TokenizedRow[], on: (event: TrainEvent) => void): void {
  if (run.eval_strategy === 'no' || held.length > 0) return
  refuseUnheld(run, held)
  const note = fail('eval-no-rows', { eval_strategy: run.eval_strategy })
  on({ kind: 'message', level: 'warning', text: serializeError(note) })
}

/** Settings that name rows of another file change nothing, which a person should know. */
function tellUnknown(run: RunFile, rows: readonly TokenizedRow[], on: (event: TrainEvent) => void): void {
  const known = new Set(rows.map(({ row }) => row))
  const unknown = run.exclude_rows.filter((row) => !known.has(row))
  if (unknown.length === 0) return
  on({ kind: 'message', level: 'warning', text: serializeError(fail('train-excluded-unknown', { rows: unknown })) })
}

/** Puts the best adapter in the place of the last step's, where the run wants it; says why a run ended early. */
async function keepBest(
  model: LanguageModel,
  run: RunFile,
  { judge, bestPairs, stoppedAt }: Evaluations,
  steps: number,
  on: (event: TrainEvent) => void,
): Promise<boolean> {
  const { best, metric } = judge
  const say = (text: Error) => on({ kind: 'message', level: 'info', text: serializeError(text) })
  if (stoppedAt !== null) {
    const patience = run.early_stopping_patience!
    say(fail('eval-stopped-early', { step: stoppedAt, patience, best: best?.step ?? null }))
  }
  if (!run.load_best_model_at_end || !best || !bestPairs || best.step === steps || !model.lora) return false
  await model.attachLora(model.lora, { kind: 'pairs', pairs: bestPairs })
  say(fail('eval-best-kept', { step: best.step, metric: metric!, value: best.metric.toPrecision(5) }))
  return true
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
  const prompts = rowPrompts(rows, tokenizer, wanted.rows, roomOf(model, maxNewTokens))
  return [
    answering({
      model,
      tokenizer,
      prompts,
      steps: batchOrder(rows, run).steps,
      every: wanted.every,
      maxNewTokens,
      cache: wanted.kv_dtype,
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
  evaluations: Evaluations,
  blockParameters: number,
) {
  const { log, steps, seconds } = result
  const plan = batchOrder(rows, run)
  const { best } = evaluations.judge
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
      ...withEvaluations(
        logHistory(log, run, plan.steps, (step) => plan.window(step - 1).length),
        evaluations.rows,
      ),
      summary,
    ],
    eval_steps: evaluationInterval(run, plan.steps) ?? DEFAULT_EVAL_STEPS,
    best_global_step: best?.step ?? null,
    best_metric: best?.metric ?? null,
    best_model_checkpoint: run.save_strategy === 'best' && best ? folderOf(best.step) : null,
    global_step: log.length,
    max_steps: steps,
    epoch,
    num_train_epochs: plan.epochs,
    train_batch_size: run.per_device_train_batch_size,
    logging_steps: loggingInterval(run.logging_steps, plan.steps),
    save_steps: run.save_steps,
    total_flos,
  })
}

/** transformers' `eval_steps` where nothing is evaluated by steps. */
const DEFAULT_EVAL_STEPS = 500

/** Evaluations among the logged steps, each after the row of its step, as Trainer logs before it evaluates. */
function withEvaluations(log: readonly LogRow[], evaluations: readonly EvalRow[]): Record<string, number>[] {
  const named = ({ scores = {}, ...row }: EvalRow) => ({
    ...row,
    ...Object.fromEntries(Object.entries(scores).map(([name, value]) => [`eval_${name}`, value])),
  })
  const rows = [...log.map((row) => ({ ...row })), ...evaluations.map(named)]
  return rows.sort((a, b) => a.step - b.step)
}
