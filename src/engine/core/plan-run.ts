import type { TokenizedRow } from '../../contracts/data'
import { IGNORE } from '../../contracts/data'
import type { MemoryItem } from '../../contracts/memory'
import { fail } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import { evaluationCount, refuseUnheld } from '../../train/evaluation-rules'
import { holdOut } from '../../train/hold-out'
import { checkpointRules } from '../../train/keep-checkpoints'
import type { RunFile } from '../../run-file/run-file'
import { batchOrder } from '../../train/train-model'
import { trainingShape } from '../../train/windows'
import type { RunPlan, TrainOptions } from '../api/types'
import { askedRows, roomOf } from './row-prompts'

/** Steps, tokens and memory of a run; arithmetic alone. */
export function planRun(
  model: LanguageModel,
  all: readonly TokenizedRow[],
  second: readonly TokenizedRow[] | null,
  run: RunFile,
  answers: TrainOptions['answers'],
): RunPlan {
  if (all.length === 0) throw fail('train-no-rows', {})
  const { train: rows, held, overlap } = holdOut(all, second, run)
  refuseUnheld(run, held)
  const plan = batchOrder(rows, run)
  const shape = trainingShape(plan, run)
  const { memory, peakBytes, adapterParameters } = model.planMemory(run.lora, shape)
  const answering = planAnswering(model, rows, run, shape.tokens, answers)
  const trained = rows.map(({ labels }) =>
    labels.reduce((sum, label, i) => sum + (i > 0 && label !== IGNORE ? 1 : 0), 0),
  )
  const count = (which: Iterable<number>) => {
    const sum = { tokens: 0, trainedTokens: 0 }
    for (const row of which) {
      sum.tokens += rows[row].inputIds.length
      sum.trainedTokens += trained[row]
    }
    return sum
  }
  // Whole epochs take every row, whatever their order.
  const wholeEpochs = Math.floor(plan.steps / plan.stepsPerEpoch)
  const each = count(rows.keys())
  const last = count(
    plan
      .windows(wholeEpochs)
      .slice(0, plan.steps % plan.stepsPerEpoch)
      .flat(3),
  )
  const total = {
    tokens: wholeEpochs * each.tokens + last.tokens,
    trainedTokens: wholeEpochs * each.trainedTokens + last.trainedTokens,
  }
  const checkpointEvery = checkpointRules(run, plan, false).every
  return {
    steps: plan.steps,
    stepsPerEpoch: plan.stepsPerEpoch,
    ...total,
    memory: [...memory, ...answering],
    peakBytes: answering.reduce((sum, { bytes }) => sum + bytes, peakBytes),
    adapterParameters,
    checkpointEvery,
    heldOut: held.length,
    heldRows: second ? [] : held.map(({ row }) => row),
    overlap,
    evaluations: held.length > 0 ? evaluationCount(run, plan) : 0,
  }
}

/** What answers on the way take beside the run, while they are made; none where no row can be asked. */
function planAnswering(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  run: RunFile,
  besideTokens: number,
  answers: TrainOptions['answers'],
): MemoryItem[] {
  if (!answers) return []
  const { rows: count, max_new_tokens: maxNewTokens, kv_dtype: cache } = answers
  const prompts = askedRows(rows, count, roomOf(model, maxNewTokens)).map(({ at }) => at)
  if (prompts.length === 0) return []
  const { bytes, ...lines } = model.planGeneration(run.lora, { prompts, maxNewTokens, cache, besideTokens })
  return [{ kind: 'answers', bytes, answers: lines }]
}
