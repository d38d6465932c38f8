import { only, type Dialect } from './dialect'

const everyPart = (value: unknown, epochs: unknown) =>
  typeof value === 'number' && value > 0 ? 1 / (value * (typeof epochs === 'number' ? epochs : 1)) : null

export const axolotl: Dialect = {
  trainer: 'axolotl',
  marks: ['base_model', 'micro_batch_size', 'sequence_len', 'num_epochs', 'val_set_size', 'adapter', 'sample_packing'],
  model: 'base_model',
  data: 'datasets',
  fields: {
    sequence_len: 'max_length',
    sample_packing: 'packing',
    micro_batch_size: 'per_device_train_batch_size',
    eval_batch_size: 'per_device_eval_batch_size',
    num_epochs: 'num_train_epochs',
    optimizer: 'optim',
    lr_scheduler: 'lr_scheduler_type',
    val_set_size: (value) => (value === 0 ? {} : { eval_split: value }),
    adapter: (value) => (value === 'qlora' || value === 'lora' ? {} : null),
    lora_target_linear: (value) => (value ? { lora_target_modules: 'all-linear' } : {}),
    lora_target_modules: (value, all) => (all.lora_target_linear ? {} : { lora_target_modules: value }),
    peft_use_rslora: 'use_rslora',
    lora_fan_in_fan_out: only(false),
    peft_use_dora: only(false),
    lora_modules_to_save: (value) => (Array.isArray(value) && value.length === 0 ? {} : null),
    load_in_8bit: only(false),
    train_on_inputs: (value) => ({ assistant_only_loss: !value, completion_only_loss: !value }),
    // "auto" is what the GPU can.
    bf16: () => ({}),
    cosine_min_lr_ratio: (value, all) =>
      all.lr_scheduler === 'cosine'
        ? { lr_scheduler_type: 'cosine_with_min_lr', lr_scheduler_kwargs: { min_lr_rate: value } }
        : null,
    evals_per_epoch: (value, all) => {
      const share = everyPart(value, all.num_epochs)
      return share === null ? {} : { eval_strategy: 'steps', eval_steps: share }
    },
    saves_per_epoch: (value, all) => {
      const share = everyPart(value, all.num_epochs)
      return share === null ? {} : { save_strategy: 'steps', save_steps: share }
    },
    chat_template: only('tokenizer_default', 'tokenizer_default_fallback_chatml'),
    special_tokens: (value) => (Object.keys(value ?? {}).every((name) => name === 'pad_token') ? {} : null),
    rl: () => null,
    unfrozen_parameters: () => null,
  },
  idle: `base_model base_model_config datasets test_datasets model_type tokenizer_type is_llama_derived_model
    strict dataset_prepared_path dataset_processes shuffle_merged_datasets pad_to_sequence_len eval_sample_packing
    wandb_project wandb_entity wandb_watch wandb_name wandb_run_id wandb_log_model mlflow_experiment_name
    flash_attention xformers_attention sdp_attention s2_attention eager_attention flash_attn_cross_entropy
    flash_attn_rms_norm plugins liger_rope liger_rms_norm liger_glu_activation liger_swiglu
    liger_fused_linear_cross_entropy lora_mlp_kernel lora_qkv_kernel lora_o_kernel gptq eval_table_size
    eval_max_new_tokens auto_resume_from_checkpoints hub_strategy tokenizer_use_fast trust_remote_code
    loss_watchdog_threshold loss_watchdog_patience low_cpu_mem_usage unsloth_lora_mlp unsloth_lora_qkv
    unsloth_lora_o experimental_skip_move_to_device fsdp_final_state_dict_type`.split(/\s+/),
  defaults: ({ adapter, load_in_4bit }) => ({
    'quantization.load_in_4bit': load_in_4bit ?? adapter === 'qlora',
    max_length: 512,
    per_device_train_batch_size: 1,
    num_train_epochs: 1,
    lr_scheduler_type: 'cosine',
  }),
}
