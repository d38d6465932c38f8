import { EVAL_STRATEGIES } from '../../../run-file/run-file'
import type { FieldGroup } from './field-types'

/** How a run is judged while it goes on. */
export const evaluationGroup: FieldGroup = {
  title: 'group.evaluation',
  fields: [
    { path: 'eval_split', input: 'number' },
    { path: 'max_eval_samples', input: 'number', optional: true },
    { path: 'eval_drop_overlap', input: 'boolean' },
    { path: 'eval_strategy', input: 'choice', options: EVAL_STRATEGIES },
    { path: 'eval_steps', input: 'number', optional: true },
    { path: 'eval_on_start', input: 'boolean' },
    { path: 'per_device_eval_batch_size', input: 'number' },
    { path: 'load_best_model_at_end', input: 'boolean' },
    { path: 'early_stopping_patience', input: 'number', optional: true },
    { path: 'early_stopping_threshold', input: 'number' },
  ],
}
