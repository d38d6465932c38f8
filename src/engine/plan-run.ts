import type { TokenizedRow } from '../data'
import { IGNORE } from '../data'
import { fail } from '../errors'
import type { LanguageModel } from '../model/language-model'
import { checkpointRules } from '../train/keep-checkpoints'
import type { RunFile } from '../train/run-file'
import { batchPlan } from '../train/train-model'
import { trainingShape } from '../train/windows'
import type { RunPlan } from './types'

/** Steps, tokens and memory of a run; arithmetic alone. */
export function planRun(model: LanguageModel, rows: readonly TokenizedRow[], run: RunFile): RunPlan {
  if (rows.length === 0) throw fail('train-no-rows', {})
  const plan = batchPlan(rows, run)
  const { memory, peakBytes, adapterParameters } = model.planTraining(run.lora, trainingShape(plan, run))
  const trained = rows.map(({ labels }) => labels.reduce((sum, label, i) => sum + (i > 0 && label !== IGNORE ? 1 : 0), 0))
  const total = { tokens: 0, trainedTokens: 0 }
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    const windows = plan.windows(epoch).slice(0, plan.steps - epoch * plan.stepsPerEpoch)
    for (const row of windows.flat(3)) {
      total.tokens += rows[row].inputIds.length
      total.trainedTokens += trained[row]
    }
  }
  const checkpointEvery = checkpointRules(run, plan, false).every
  return { steps: plan.steps, stepsPerEpoch: plan.stepsPerEpoch, ...total, memory, peakBytes, adapterParameters, checkpointEvery }
}
