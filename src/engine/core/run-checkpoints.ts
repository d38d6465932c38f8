import type { TokenizedRow } from '../../contracts/data'
import { fail } from '../../errors/index'
import type { CheckpointPlace } from '../../formats/checkpoint-folder'
import { folderOf, listCheckpoints, pruneCheckpoints } from '../../formats/checkpoint-folder'
import type { LanguageModel, Trainer } from '../../model/language-model'
import type { Checkpoint } from '../../train/checkpoint'
import { fingerprint, readCheckpoint, readCheckpointFacts, writeCheckpoint } from '../../train/checkpoint'
import type { Interlude } from '../../train/interlude'
import { checkpointing, checkpointRules } from '../../train/keep-checkpoints'
import type { RunFile } from '../../run-file/run-file'
import { batchOrder } from '../../train/train-model'
import { serializeError } from '../../errors/serialize'
import type { TrainEvent, TrainOptions } from '../api/types'

/**
 * Where a continued run stands; undefined for a new one. Throws 'train-no-checkpoint', 'train-other-model',
 * 'train-other-data'.
 */
export async function resumePoint(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  options: TrainOptions,
  place: CheckpointPlace | null,
  modelPrint: string,
): Promise<Checkpoint | undefined> {
  const { resumeFrom, runId } = options
  if (!resumeFrom) return undefined
  const folder = resumeFrom === 'kept' ? place : resumeFrom
  if (!folder) throw fail('train-no-checkpoint', { folder: runId })
  const facts = await readCheckpointFacts(folder)
  if (facts.model !== modelPrint) throw fail('train-other-model', {})
  if (facts.data !== fingerprint(rows)) throw fail('train-other-data', {})
  return readCheckpoint(folder, model.config)
}

export interface CheckpointParts {
  model: LanguageModel
  rows: readonly TokenizedRow[]
  run: RunFile
  /** null: there is none, which is told where the run asks for checkpoints. */
  place: CheckpointPlace | null
  /** Also those that nobody asked for. */
  safety: boolean
  continued: boolean
  baseModel: string
  modelPrint: string
  on: (event: TrainEvent) => void
}

/**
 * The interlude that keeps checkpoints; null where none are to be kept. A write that fails costs the checkpoint, not
 * the run.
 */
export function keepCheckpoints(parts: CheckpointParts): ((trainer: Trainer) => Interlude) | null {
  const { model, rows, run, place, on } = parts
  const plan = batchOrder(rows, run)
  const rules = checkpointRules(run, plan, parts.safety)
  const warn = (error: Error) => on({ kind: 'message', level: 'warning', text: serializeError(error) })
  if (!place) {
    if (rules.every !== null) warn(fail('train-checkpoints-unkept', { save_strategy: run.save_strategy }))
    return null
  }
  if (rules.every === null && !rules.safety) return null
  const { steps } = plan
  const data = fingerprint(rows)
  const save = async (trainer: Trainer, log: Checkpoint['log'], step: number) => {
    on({ kind: 'phase', phase: 'saving', step, steps })
    try {
      await writeCheckpoint(
        place,
        { run, state: await trainer.saveState(), log, data, model: parts.modelPrint },
        model.lora!,
        parts.baseModel,
      )
      await pruneCheckpoints(place, rules, { upTo: step })
      const bytes = (await listCheckpoints(place)).reduce((sum, one) => sum + one.bytes, 0)
      on({ kind: 'checkpoint', step, bytes })
    } catch (error) {
      await place.remove(folderOf(step)).catch(() => {})
      warn(fail('train-checkpoint-failed', { step, reason: serializeError(error).message }, error))
    }
    on({ kind: 'phase', phase: 'training', step, steps })
  }
  return (trainer) => checkpointing(rules, (log, step) => save(trainer, log, step), { continued: parts.continued })
}
