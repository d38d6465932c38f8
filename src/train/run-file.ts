import type { LoraConfig } from '../model/types'

/** The run file: one JSON with the Hugging Face names, shared by the page, the command line and the exports. */
export interface RunFile {
  learning_rate: number
  num_train_epochs: number
  /** -1 = by epochs. */
  max_steps: number
  per_device_train_batch_size: number
  gradient_accumulation_steps: number
  lr_scheduler_type: 'linear' | 'cosine' | 'constant' | 'constant_with_warmup'
  warmup_ratio: number
  warmup_steps: number
  optim: string
  weight_decay: number
  adam_beta1: number
  adam_beta2: number
  adam_epsilon: number
  max_grad_norm: number
  /** Longest row in tokens; longer rows are cut on the right. */
  max_length: number
  shuffle: boolean
  group_by_length: boolean
  packing: boolean
  assistant_only_loss: boolean
  completion_only_loss: boolean
  save_strategy: 'no' | 'steps' | 'epoch'
  save_steps: number
  logging_steps: number
  seed: number
  lora: LoraConfig
  quantization: {
    load_in_4bit: boolean
    bnb_4bit_quant_type: 'nf4'
    bnb_4bit_use_double_quant: boolean
    bnb_4bit_compute_dtype: 'float32' | 'float16' | 'bfloat16'
  }
}
