import type { BatchOrder } from '../data'
import type { TokenizedRow } from '../contracts/data'
import { collate } from '../data'
import type { TrainingShape } from '../model/language-model'
import { optimizerKind, stateBudgetBytes } from '../run-file/optimizers'
import type { RunFile } from '../run-file/run-file'
import type { Window } from './loop'

/**
 * Lines are padded to a multiple of this many tokens, so that a run meets fewer shapes to prepare; padding changes no
 * loss.
 */
export const PAD_TO = 8

/** The run's windows in order, from the one after `from` steps on, for as many epochs as are asked for. */
export function* runWindows(rows: readonly TokenizedRow[], plan: BatchOrder, from = 0, padId = 0): Generator<Window> {
  for (let epoch = Math.floor(from / plan.stepsPerEpoch); plan.stepsPerEpoch > 0; epoch++) {
    const windows = plan.windows(epoch)
    const batchesInEpoch = windows.reduce((sum, window) => sum + window.length, 0)
    let batchesDone = 0
    for (const [index, window] of windows.entries()) {
      batchesDone += window.length
      if (epoch * plan.stepsPerEpoch + index < from) continue
      yield {
        epoch: epoch + batchesDone / batchesInEpoch,
        batches: () => window.map((lines) => collate(rows, lines, { padToMultipleOf: PAD_TO, padId })),
      }
    }
  }
}

/** The largest micro batch of the run, which the memory plan is made for. */
export function trainingShape(plan: BatchOrder, run: RunFile): TrainingShape {
  return shapeOf(plan.batchLines, plan.longestLine, run)
}

/** The shape of micro batches of so many lines, the longest of so many tokens. */
export function shapeOf(batch: number, tokens: number, run: RunFile): TrainingShape {
  return {
    batch,
    tokens: Math.max(PAD_TO, Math.ceil(tokens / PAD_TO) * PAD_TO),
    optimizer: optimizerKind(run.optim),
    optimizerBudgetBytes: stateBudgetBytes(run.optim_args),
    // bfloat16 has no WGSL type; it runs as float32, which holds every bfloat16 value.
    computeDtype: run.quantization.bnb_4bit_compute_dtype === 'float16' ? 'float16' : 'float32',
    microBatches: run.gradient_accumulation_steps,
    gentle: run.keep_desktop_smooth,
    seed: run.seed,
  }
}
