import { PROJECTIONS } from '../../../contracts/model'
import { OPTIMIZERS } from '../../../run-file/optimizers'
import { SAVE_STRATEGIES } from '../../../run-file/run-file'
import { evaluationGroup } from './evaluation-fields'
import type { FieldGroup } from './field-types'
import { SCHEDULERS, SCHEDULES, type SchedulerType } from '../../../run-file/schedules'

const aboutSchedule = (type: string) => SCHEDULES[type as SchedulerType].words

export const fieldGroups: FieldGroup[] = [
  {
    title: 'group.length',
    fields: [
      { path: 'num_train_epochs', input: 'number', simple: 'simple.epochs' },
      { path: 'max_steps', input: 'number', simple: 'simple.steps' },
      { path: 'per_device_train_batch_size', input: 'number' },
      { path: 'gradient_accumulation_steps', input: 'number' },
      { path: 'seed', input: 'number' },
    ],
  },
  {
    title: 'group.rate',
    fields: [
      { path: 'learning_rate', input: 'number', simple: 'simple.rate' },
      { path: 'lr_scheduler_type', input: 'choice', options: SCHEDULERS, about: aboutSchedule },
      { path: 'lr_scheduler_kwargs', input: 'arguments' },
      { path: 'warmup_ratio', input: 'number' },
      { path: 'warmup_steps', input: 'number' },
    ],
  },
  {
    title: 'group.lora',
    fields: [
      { path: 'lora.r', input: 'number', simple: 'simple.rank' },
      { path: 'lora.lora_alpha', input: 'number' },
      { path: 'lora.lora_dropout', input: 'number' },
      { path: 'lora.use_rslora', input: 'boolean' },
      { path: 'lora.target_modules', input: 'many', options: PROJECTIONS },
    ],
  },
  {
    title: 'group.rows',
    fields: [
      { path: 'max_length', input: 'number', simple: 'simple.maxLength' },
      { path: 'assistant_only_loss', input: 'boolean' },
      { path: 'completion_only_loss', input: 'boolean' },
      { path: 'shuffle', input: 'boolean' },
      { path: 'group_by_length', input: 'boolean' },
      { path: 'packing', input: 'boolean' },
    ],
  },
  {
    title: 'group.optimizer',
    fields: [
      { path: 'optim', input: 'choice', options: OPTIMIZERS },
      { path: 'weight_decay', input: 'number' },
      { path: 'max_grad_norm', input: 'number' },
      { path: 'adam_beta1', input: 'number' },
      { path: 'adam_beta2', input: 'number' },
      { path: 'adam_epsilon', input: 'number' },
    ],
  },
  evaluationGroup,
  {
    title: 'group.keeping',
    fields: [
      { path: 'save_strategy', input: 'choice', options: SAVE_STRATEGIES },
      { path: 'save_steps', input: 'number' },
      { path: 'save_total_limit', input: 'number', optional: true },
      { path: 'logging_steps', input: 'number' },
      { path: 'keep_desktop_smooth', input: 'boolean' },
    ],
  },
]
