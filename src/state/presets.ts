import type { ModelCard } from '../engine/api/types'
import { recommendedRun } from '../run-file/run-file'
import type { RunFile } from '../run-file/run-file'

/**
 * The settings a model starts with. The built-in one is so small that it wants larger steps, and some seven passes over
 * a sample set until it speaks like it; on other data, which may be of any length, the passes decide.
 */
export function presetFor(card: ModelCard, isSample: boolean): RunFile {
  if (card.source !== 'builtin') return recommendedRun
  return {
    ...recommendedRun,
    learning_rate: 5e-3,
    max_steps: isSample ? 160 : recommendedRun.max_steps,
    per_device_train_batch_size: 4,
    gradient_accumulation_steps: 1,
    max_length: 256,
  }
}
