import type { TokenizedRow } from '../../contracts/data'
import { fail } from '../../errors/index'
import { listCheckpoints, pruneCheckpoints } from '../../formats/checkpoint-folder'
import type { Place } from '../../formats/whole-folder'
import { finishDrafts } from '../../formats/whole-folder'
import type { LanguageModel, Trainer } from '../../model/language-model'
import type { Checkpoint } from '../../train/checkpoint'
import { readCheckpoint, writeCheckpoint } from '../../train/checkpoint'
import { findCheckpoint } from '../../train/find-checkpoint'
import type { Interlude } from '../../train/interlude'
import { checkpointing, checkpointRules } from '../../train/keep-checkpoints'
import { stepsAt } from '../../run-file/history'
import type { RunFile } from '../../run-file/run-file'
import { batchOrder } from '../../train/train-model'
import { serializeError } from '../../errors/serialize'
import type { TrainOptions } from '../api/types'
import type { Evaluations } from './evaluating'
import type { Platform } from './platform'
import type { TrainEvent } from '../../contracts/events'

export interface ResumePoint {
  checkpoint: Checkpoint
  /** What a person should know of it. */
  notes: Error[]
}

/**
 * Where a continued run stands; undefined for a new one. Throws 'train-no-checkpoint', 'train-checkpoint-damaged',
 * 'train-other-model', 'train-other-data'.
 */
export async function resumePoint(
  model: LanguageModel,
  dataPrint: string,
  options: TrainOptions,
  place: Place | null,
  modelPrint: (like: string) => Promise<string>,
): Promise<ResumePoint | undefined> {
  const { resumeFrom, runId } = options
  if (!resumeFrom) return undefined
  // A write that broke off between its last byte and its place is finished first.
  if (place) await finishDrafts(place)
  const folder = resumeFrom === 'kept' ? place : resumeFrom
  if (!folder) throw fail('train-no-checkpoint', { folder: runId })
  const found = await findCheckpoint(folder)
  const { facts, notes } = found
  if (facts.model !== (await modelPrint(facts.model))) throw fail('train-other-model', {})
  if (facts.data !== dataPrint) throw fail('train-other-data', {})
  return { checkpoint: await readCheckpoint(found, model.config), notes }
}

/** Where the platform keeps a run's checkpoints. Without room for even a folder the run goes on without them. */
export async function ownPlace(
  platform: Platform,
  { runId, resumeFrom }: TrainOptions,
  on: (event: TrainEvent) => void,
): Promise<Place | null> {
  try {
    return (await platform.checkpoints?.(runId)) ?? null
  } catch (error) {
    if (resumeFrom === 'kept') throw error
    const reason = serializeError(error)
    const text = fail('train-checkpoint-failed', { step: 0, last: null, reason }, error).toJSON()
    on({ kind: 'message', level: 'warning', text })
    return null
  }
}

export interface CheckpointParts {
  model: LanguageModel
  /** Trained rows, whose order the run follows. */
  rows: readonly TokenizedRow[]
  /** See `dataPrint`. */
  data: string
  evaluations: Evaluations
  run: RunFile
  /** null: there is none, which is told where the run asks for checkpoints. */
  place: Place | null
  /** Also those that nobody asked for. */
  safety: boolean
  continued: boolean
  baseModel: string
  modelPrint: string
  /** The run's name and beginning, kept when it is resumed. */
  runId: string
  began: string
  /** The step of the checkpoint that it goes on from; null: there is none yet. */
  resumedAt: number | null
  on: (event: TrainEvent) => void
}

/**
 * The interlude that keeps checkpoints; null where none are to be kept. A write that fails costs the checkpoint, not
 * the run.
 */
export function keepCheckpoints(parts: CheckpointParts): ((trainer: Trainer) => Interlude) | null {
  const { model, rows, run, place, on } = parts
  const plan = batchOrder(rows, run)
  const rules = checkpointRules(run, plan, parts.safety, parts.evaluations.judge.bests)
  const warn = (error: Error) => on({ kind: 'message', level: 'warning', text: serializeError(error) })
  if (!place) {
    if (run.save_strategy !== 'no') warn(fail('train-checkpoints-unkept', { save_strategy: run.save_strategy }))
    return null
  }
  if (rules.every === null && !rules.best && !rules.safety) return null
  const { runId, began } = parts
  const { data, evaluations } = parts
  let last = parts.resumedAt
  const save = async (trainer: Trainer, log: Checkpoint['log'], step: number) => {
    on({ kind: 'phase', phase: 'saving', step, steps: stepsAt(run, plan.steps, step) })
    try {
      const state = await trainer.saveState()
      const { rows: evaluated, judge } = evaluations
      const bestPairs = judge.best?.step === step ? null : evaluations.bestPairs
      const about = { run, runId, began, log, data, evaluations: [...evaluated], model: parts.modelPrint }
      const whole = { ...about, state, bestPairs }
      await writeCheckpoint(place, whole, model.lora!, parts.baseModel)
      last = step
    } catch (error) {
      warn(fail('train-checkpoint-failed', { step, last, reason: serializeError(error) }, error))
    }
    if (last === step) await tidy(step)
    on({ kind: 'phase', phase: 'training', step, steps: stepsAt(run, plan.steps, step) })
  }
  /** What cannot be deleted costs room, nothing else. */
  const tidy = async (step: number) => {
    try {
      await pruneCheckpoints(place, rules, { run: runId, upTo: step })
      const all = await listCheckpoints(place)
      on({ kind: 'checkpoint', step, bytes: all.reduce((sum, one) => sum + one.bytes, 0) })
    } catch (error) {
      warn(error as Error)
    }
  }
  return (trainer) => checkpointing(rules, (log, step) => save(trainer, log, step), { continued: parts.continued })
}
