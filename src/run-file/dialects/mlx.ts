import { only, type Dialect } from './dialect'

const own = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

export const mlx: Dialect = {
  trainer: 'mlx-lm',
  marks: [
    'iters',
    'lora_parameters',
    'num_layers',
    'steps_per_report',
    'steps_per_eval',
    'val_batches',
    'adapter_path',
  ],
  model: 'model',
  data: 'data',
  fields: {
    iters: 'max_steps',
    batch_size: 'per_device_train_batch_size',
    grad_accumulation_steps: 'gradient_accumulation_steps',
    steps_per_report: 'logging_steps',
    steps_per_eval: (value) => ({ eval_strategy: 'steps', eval_steps: value }),
    save_every: 'save_steps',
    mask_prompt: (value) => ({ assistant_only_loss: value, completion_only_loss: value }),
    fine_tune_type: only('lora'),
    optimizer: (value) => (value === 'adam' || value === 'adamw' ? { optim: 'adamw_torch' } : null),
    // All layers where there are no more than it names, or -1.
    num_layers: only(-1),
    lora_parameters: (value) => {
      const { rank = 8, scale = 20, dropout = 0, keys } = own(value)
      const targets = keys === undefined ? {} : { lora_target_modules: keys }
      // MLX multiplies by `scale`, peft by lora_alpha / r.
      return { lora_r: rank, lora_alpha: Number(scale) * Number(rank), lora_dropout: dropout, ...targets }
    },
    lr_schedule: () => null,
    resume_adapter_file: () => null,
  },
  idle: `model data train test test_batches val_batches adapter_path grad_checkpoint config wandb report_to project_name
    optimizer_config`.split(/\s+/),
  defaults: () => ({
    learning_rate: 1e-5,
    lr_scheduler_type: 'constant',
    per_device_train_batch_size: 4,
    max_length: 2048,
  }),
}
