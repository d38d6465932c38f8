import { PROJECTIONS } from '../contracts/model'
import type { LoraConfig } from '../contracts/lora'
import type { Steering } from './history'
import type { OptimName } from './optimizers'
import type { ScheduleFields } from './schedules'

/** The run file: one JSON with the Hugging Face names, shared by the page, the command line and the exports. */
export interface RunFile extends ScheduleFields {
  num_train_epochs: number
  /** -1 = by epochs. */
  max_steps: number
  per_device_train_batch_size: number
  gradient_accumulation_steps: number
  optim: OptimName
  /** `""` or `"state_budget_bytes=N"`: larger optimiser states are paged from the host, with the same bits. */
  optim_args: string
  weight_decay: number
  adam_beta1: number
  adam_beta2: number
  adam_epsilon: number
  /** 0 = no clipping. */
  max_grad_norm: number
  /** Longest row in tokens; longer rows are cut on the right. NO_CUT: none is. */
  max_length: number
  shuffle: boolean
  group_by_length: boolean
  packing: boolean
  /** Short submits with gaps between them: slower, with the same bits, while others use the GPU. */
  keep_desktop_smooth: boolean
  assistant_only_loss: boolean
  completion_only_loss: boolean
  save_strategy: SaveStrategy
  save_steps: number
  /** Older checkpoints beyond so many are deleted; null = all stay. */
  save_total_limit: number | null
  logging_steps: number
  /** Rows to hold out: a share below 1, so many, or those whose column `split` says this; 0 = none. */
  eval_split: number | string
  /** At most so many of them; null = all. */
  max_eval_samples: number | null
  /** Held-out rows that stand among the trained ones, exactly or nearly, are left out. */
  eval_drop_overlap: boolean
  /** A second file whose rows are judged and never trained; null = none. */
  eval_data: string | null
  eval_strategy: EvalStrategy
  /** null = logging_steps; below 1 a share of all steps. */
  eval_steps: number | null
  /** Steps, or with the strategy "epoch" epochs, before the first evaluation. */
  eval_delay: number
  eval_on_start: boolean
  per_device_eval_batch_size: number
  /** Keep the adapter of the best evaluation instead of the last step's. */
  load_best_model_at_end: boolean
  /** null = the loss, where one is needed. */
  metric_for_best_model: string | null
  /** null = true unless the metric is a loss. */
  greater_is_better: boolean | null
  /** Evaluations without a gain after which the run ends; null = it does not. */
  early_stopping_patience: number | null
  early_stopping_threshold: number
  seed: number
  /** Rows of the data set, by their numbers in the file, that are neither trained nor judged. */
  exclude_rows: number[]
  /** What was changed while the run went on. */
  history: Steering[]
  lora: LoraConfig
  quantization: {
    load_in_4bit: boolean
    bnb_4bit_quant_type: 'nf4'
    bnb_4bit_use_double_quant: boolean
    bnb_4bit_compute_dtype: 'float32' | 'float16' | 'bfloat16'
  }
}

/** `max_length: null` of a run file: longer than any row. */
export const NO_CUT = 2 ** 31 - 1

export const EVAL_STRATEGIES = ['no', 'steps', 'epoch'] as const
type EvalStrategy = (typeof EVAL_STRATEGIES)[number]

export const SAVE_STRATEGIES = ['no', 'steps', 'epoch', 'best'] as const
type SaveStrategy = (typeof SAVE_STRATEGIES)[number]

const quantization: RunFile['quantization'] = {
  load_in_4bit: true,
  bnb_4bit_quant_type: 'nf4',
  bnb_4bit_use_double_quant: true,
  bnb_4bit_compute_dtype: 'float32',
}

/**
 * What the page starts from and the command line uses without --config: settings that suit LoRA on a small data set.
 */
export const recommendedRun: RunFile = {
  learning_rate: 2e-4,
  num_train_epochs: 3,
  max_steps: -1,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 4,
  lr_scheduler_type: 'cosine',
  lr_scheduler_kwargs: {},
  warmup_ratio: 0.03,
  warmup_steps: 0,
  optim: 'adamw_torch',
  optim_args: '',
  weight_decay: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  max_grad_norm: 1,
  max_length: 1024,
  shuffle: true,
  group_by_length: false,
  packing: false,
  keep_desktop_smooth: false,
  assistant_only_loss: true,
  completion_only_loss: true,
  save_strategy: 'no',
  save_steps: 500,
  save_total_limit: null,
  logging_steps: 1,
  eval_split: 0,
  max_eval_samples: null,
  eval_drop_overlap: false,
  eval_data: null,
  eval_strategy: 'no',
  eval_steps: null,
  eval_delay: 0,
  eval_on_start: false,
  per_device_eval_batch_size: 8,
  load_best_model_at_end: false,
  metric_for_best_model: null,
  greater_is_better: null,
  early_stopping_patience: null,
  early_stopping_threshold: 0,
  seed: 42,
  exclude_rows: [],
  history: [],
  lora: { r: 16, lora_alpha: 32, lora_dropout: 0, target_modules: [...PROJECTIONS], use_rslora: false },
  quantization,
}

/**
 * What a field means that a run file leaves out: transformers' TrainingArguments, trl's SFTConfig and PEFT's
 * LoraConfig, so that a file written for them gives the same run here. Some differ, because the libraries' value suits
 * another job (full fine-tuning, a server's log and disk): learning_rate, logging_steps, save_strategy,
 * assistant_only_loss, lora.target_modules and, because QLoRA is what is done here, load_in_4bit, nf4 and
 * bnb_4bit_use_double_quant.
 */
export const fileDefaults: RunFile = {
  ...recommendedRun,
  per_device_train_batch_size: 8,
  gradient_accumulation_steps: 1,
  lr_scheduler_type: 'linear',
  warmup_ratio: 0,
  lora: { ...recommendedRun.lora, r: 8, lora_alpha: 8 },
}
