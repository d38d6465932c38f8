import type { Expectation } from './expectation'
import type { None } from './texts'
import type { ErrorWithin } from './within'

interface CheckpointDamage {
  folder: string
  /** The file that is not as it was written. */
  damaged: string
  /** 'missing', 'sha256', 'manifest', or what a reader said of its content. */
  reason: string
}

/** Why something of another trainer's file or script is not taken over. */
export type LeftWhy =
  'unknown' | 'run-time' | 'unsupported' | 'invalid' | 'formatting' | 'held-out' | 'tokens' | 'callbacks' | 'full'

/** What errors of train are told, by their codes. Their words: src/i18n/LANGUAGE/errors/train.ts. */
export interface TrainErrors {
  /** `file` is empty for what was pasted. */
  'run-not-json': { file: string; reason: string }
  'run-not-yaml': { file: string; reason: string }
  'run-script-empty': None
  'run-read': { trainer: string; fields: string[]; model: string | null; data: string | null }
  'run-left': { written: string; line: number | null; why: LeftWhy; suggestion?: string | null }
  'run-not-an-object': { what: string }
  'run-unknown-fields': { fields: { field: string; suggestion: string | null }[] }
  'run-field-invalid': { field: string; value: string; expected: Expectation }
  'run-field-twice': { first: string; second: string }
  'run-field-unsupported': { field: string; value: string }
  'run-packing-uncut': Record<never, never>
  'run-optimizer-unsupported': { optim: string; known: string[] }
  'run-optimizer-instead': { optim: string; used: string }
  'run-schedule-needs': { schedule: string; oneOf: string[]; stated: string[] }
  'run-targets-invalid': { field: string; wrong: string[]; known: string[] }
  'run-grouping-shuffles': None
  'run-no-bfloat16': None
  'run-fields-without-effect': { fields: string[] }
  'run-needs-evaluation': { field: string }
  'train-excluded-all': { rows: number }
  'train-excluded-unknown': { rows: number[] }
  'eval-no-rows': { eval_strategy: string }
  'eval-needs-rows': { field: string }
  'eval-split-leaves-none': { rows: number; held: number; left: 'train' | 'held' }
  'eval-split-unknown': { split: string; splits: string[] }
  'eval-other-format': { data: string; format: string; eval_data: string; eval_format: string }
  'eval-overlap': { overlap: { held: number; train: number; kind: 'exact' | 'near' }[] }
  'eval-too-large': { reason: ErrorWithin }
  'eval-stopped-early': { step: number; patience: number; best: number | null }
  'eval-best-kept': { step: number; metric: string; value: string }
  'train-no-rows': None
  'train-no-step': None
  'train-no-checkpoint': { folder: string }
  'train-checkpoint-damaged': CheckpointDamage & { instead: string | null }
  'train-checkpoint-passed-over': CheckpointDamage
  'train-checkpoint-unchecked': { folder: string }
  'train-other-model': None
  'train-other-data': None
  'train-checkpoints-unkept': { save_strategy: string }
  'train-result-elsewhere': { wanted: string; reason: string; place: string; checkpoint: string | null }
  'train-result-nowhere': { wanted: string; reason: string; tried: string[]; checkpoint: string | null }
  'train-answers-failed': { reason: ErrorWithin }
  'train-checkpoint-failed': { step: number; last: number | null; reason: ErrorWithin }
  'train-non-finite': { step: number; layer: number | null; rows: number[]; loss: string; gradNorm: string }
}
