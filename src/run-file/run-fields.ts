import type { Expectation } from '../errors/expectation'
import { PROJECTIONS } from '../contracts/model'
import type { RunFile } from './run-file'
import { EVAL_METRICS } from '../contracts/evaluation'
import { EVAL_STRATEGIES, SAVE_STRATEGIES } from './run-file'
import { OPTIMIZERS } from './optimizers'
import { SCHEDULERS } from './schedules'

const atLeast = (min: number, integer = false): Expectation => ({ kind: 'number', min, integer })
const positive: Expectation = { kind: 'number', above: 0 }
const share: Expectation = { kind: 'number', min: 0, below: 1 }
const flag: Expectation = { kind: 'boolean' }
const oneOf = (values: readonly string[]): Expectation => ({ kind: 'choice', values: [...values] })

/** What each field of the run file may be. */
export const runFields: Record<
  Exclude<
    keyof RunFile,
    'lora' | 'quantization' | 'optim' | 'optim_args' | 'lr_scheduler_kwargs' | 'history' | 'eval_split' | 'exclude_rows'
  >,
  Expectation
> = {
  learning_rate: positive,
  num_train_epochs: positive,
  max_steps: { kind: 'number', min: -1, integer: true, not: 0 },
  per_device_train_batch_size: atLeast(1, true),
  gradient_accumulation_steps: atLeast(1, true),
  lr_scheduler_type: oneOf(SCHEDULERS),
  warmup_ratio: share,
  warmup_steps: atLeast(0),
  weight_decay: atLeast(0),
  adam_beta1: share,
  adam_beta2: share,
  adam_epsilon: positive,
  max_grad_norm: atLeast(0),
  max_length: atLeast(2, true),
  shuffle: flag,
  group_by_length: flag,
  packing: flag,
  keep_desktop_smooth: flag,
  assistant_only_loss: flag,
  completion_only_loss: flag,
  save_strategy: oneOf(SAVE_STRATEGIES),
  save_steps: positive,
  save_total_limit: atLeast(1, true),
  logging_steps: positive,
  max_eval_samples: atLeast(1, true),
  eval_drop_overlap: flag,
  eval_data: { kind: 'text' },
  eval_strategy: oneOf(EVAL_STRATEGIES),
  eval_steps: positive,
  eval_delay: atLeast(0),
  eval_on_start: flag,
  per_device_eval_batch_size: atLeast(1, true),
  load_best_model_at_end: flag,
  metric_for_best_model: oneOf(EVAL_METRICS.flatMap((name) => [name, `eval_${name}`])),
  greater_is_better: flag,
  early_stopping_patience: atLeast(1, true),
  early_stopping_threshold: atLeast(0),
  seed: atLeast(0, true),
}

export const loraFields: Record<string, Expectation> = {
  r: atLeast(1, true),
  lora_alpha: positive,
  lora_dropout: share,
  use_rslora: flag,
}

/** The 4-bit base is NF4. The compute type is a wish: the GPU computes in what it has. */
export const quantizationFields: Record<string, Expectation> = {
  load_in_4bit: flag,
  bnb_4bit_quant_type: { kind: 'only', value: 'nf4' },
  bnb_4bit_use_double_quant: flag,
  bnb_4bit_compute_dtype: oneOf(['float32', 'float16', 'bfloat16']),
}

/** Other spellings, at the top level of the file: old transformers and trl, flat LoRA, the classic QLoRA script. */
export const aliases: Record<string, string> = {
  max_seq_length: 'max_length',
  max_seq_len: 'max_length',
  model_max_length: 'max_length',
  quantization_config: 'quantization',
  bnb_config: 'quantization',
  evaluation_strategy: 'eval_strategy',
  eval_batch_size: 'per_device_eval_batch_size',
  val_size: 'eval_split',
  val_set_size: 'eval_split',
  lora_config: 'lora',
  peft_config: 'lora',
  r: 'lora.r',
  lora_r: 'lora.r',
  lora_rank: 'lora.r',
  lora_alpha: 'lora.lora_alpha',
  lora_dropout: 'lora.lora_dropout',
  use_rslora: 'lora.use_rslora',
  target_modules: 'lora.target_modules',
  lora_target_modules: 'lora.target_modules',
  lora_task_type: 'lora.task_type',
  lora_modules_to_save: 'lora.modules_to_save',
  use_dora: 'lora.use_dora',
  load_in_4bit: 'quantization.load_in_4bit',
  use_4bit: 'quantization.load_in_4bit',
  bnb_4bit_quant_type: 'quantization.bnb_4bit_quant_type',
  bnb_4bit_use_double_quant: 'quantization.bnb_4bit_use_double_quant',
  use_bnb_nested_quant: 'quantization.bnb_4bit_use_double_quant',
  use_nested_quant: 'quantization.bnb_4bit_use_double_quant',
  bnb_4bit_compute_dtype: 'quantization.bnb_4bit_compute_dtype',
}

/** Spellings inside `lora`. */
export const loraAliases: Record<string, string> = {
  lora_r: 'r',
  rank: 'r',
  alpha: 'lora_alpha',
  dropout: 'lora_dropout',
}

/**
 * Known fields of the Hugging Face classes that are refused unless they have one of these values, which change nothing.
 */
export const neutralOnly: Record<string, unknown[]> = {
  label_smoothing_factor: [0],
  neftune_noise_alpha: [0],
  // trl's chunked_nll is an old name of nll.
  loss_type: ['nll', 'chunked_nll'],
  truncation_mode: ['keep_start'],
  packing_strategy: ['bfd'],
  shuffle_dataset: [false],
  dataloader_drop_last: [false],
  activation_offloading: [false],
  use_peft: [true],
  load_in_8bit: [false],
  _load_in_8bit: [false],
  _load_in_4bit: [true],
  // What transformers leaves out of the quantisation when nobody says.
  llm_int8_skip_modules: [['lm_head']],
  optim_target_modules: [[]],
  // In trl these change tokens, columns or weights. The tokenizer's own stop token, the model's own template are used
  // here.
  dataset_text_field: ['text'],
  dataset_kwargs: [{}],
  eos_token: ['<EOS_TOKEN>'],
  chat_template_path: [],
  model_init_kwargs: [{}],
}
export const loraNeutralOnly: Record<string, unknown[]> = {
  bias: ['none'],
  task_type: ['CAUSAL_LM'],
  peft_type: ['LORA'],
  use_dora: [false],
  fan_in_fan_out: [false],
  init_lora_weights: [true],
  modules_to_save: [[]],
  rank_pattern: [{}],
  alpha_pattern: [{}],
  layers_to_transform: [[]],
  layers_pattern: [[]],
  exclude_modules: [[]],
  target_parameters: [[]],
  loftq_config: [{}],
  lora_bias: [false],
  use_qalora: [false],
  ensure_weight_tying: [false],
}

/** Known fields that describe the machine, the log or the upload: they do not change what is learnt here. */
export const withoutEffect = new Set(
  `output_dir overwrite_output_dir run_name project report_to logging_dir logging_strategy logging_first_step
   logging_nan_inf_filter log_level log_level_replica log_on_each_node disable_tqdm push_to_hub hub_model_id hub_token
   hub_strategy hub_private_repo hub_always_push hub_revision resume_from_checkpoint bf16 fp16 tf32 bf16_full_eval
   fp16_full_eval fp16_opt_level half_precision_backend gradient_checkpointing gradient_checkpointing_kwargs
   activation_checkpointing activation_checkpointing_kwargs torch_compile torch_compile_backend torch_compile_mode
   torch_empty_cache_steps use_liger_kernel liger_kernel_config use_cache use_cpu no_cuda auto_find_batch_size
   dataloader_num_workers dataloader_pin_memory dataloader_persistent_workers dataloader_prefetch_factor
   dataset_num_proc remove_unused_columns save_only_model
   save_safetensors do_train do_eval
   do_predict average_tokens_across_devices include_num_input_tokens_seen skip_memory_metrics ddp_find_unused_parameters
   ddp_backend ddp_timeout local_rank full_determinism padding_free pad_to_multiple_of pad_token
   cache_dir model_revision torch_dtype dtype attn_implementation device_map dataset_config dataset_train_split
   dataset_test_split dataset_streaming datasets gradient_accumulation_kwargs num_of_sequences chars_per_token
   model_name_or_path model_name dataset_name dataset trust_remote_code
   model_type length_column_name bnb_4bit_quant_storage group_by_modality_length include_tokens_per_second
   ignore_data_skip seed_worker restore_callback_states_from_checkpoint inference_mode revision auto_mapping
   base_model_name_or_path quant_method peft_version megatron_core qalora_group_size runtime_config llm_int8_threshold
   llm_int8_enable_fp32_cpu_offload llm_int8_has_fp16_weight prediction_loss_only eval_do_concat_batches
   eval_use_gather_object eval_accumulation_steps include_for_metrics include_inputs_for_metrics batch_eval_metrics
   eval_packing save_on_each_node enable_jit_checkpoint accelerator_config dataloader_in_order debug ddp_bucket_cap_mb
   ddp_broadcast_buffers ddp_static_graph fsdp fsdp_config deepspeed dataset_batch_size use_mps_device fp16_backend
   jit_mode_eval tpu_num_cores past_index ray_scope _n_gpu`
    .split(/\s+/)
    .filter(Boolean),
)

export const projections: readonly string[] = PROJECTIONS
export const optimizers: readonly string[] = OPTIMIZERS
