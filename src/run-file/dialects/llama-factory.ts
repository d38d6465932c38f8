import { only, type Dialect } from './dialect'

export const llamaFactory: Dialect = {
  trainer: 'LLaMA-Factory',
  marks: ['cutoff_len', 'finetuning_type', 'stage', 'template', 'lora_target', 'val_size', 'quantization_bit'],
  model: 'model_name_or_path',
  data: 'dataset',
  fields: {
    cutoff_len: 'max_length',
    lora_rank: 'lora_r',
    lora_target: (value) => ({ lora_target_modules: value === 'all' ? 'all-linear' : value }),
    val_size: (value) => (value === 0 ? {} : { eval_split: value }),
    stage: only('sft'),
    finetuning_type: only('lora'),
    quantization_bit: only(4),
    quantization_type: 'bnb_4bit_quant_type',
    double_quantization: 'bnb_4bit_use_double_quant',
    quantization_method: only('bitsandbytes', 'bnb'),
    train_on_prompt: (value) => ({ assistant_only_loss: !value, completion_only_loss: !value }),
    mask_history: only(false),
    max_samples: () => null,
    use_dora: only(false),
    pissa_init: only(false),
    loraplus_lr_ratio: () => null,
    additional_target: () => null,
    resize_vocab: only(false),
    use_galore: only(false),
    use_badam: only(false),
    rope_scaling: () => null,
    create_new_adapter: only(false),
    adapter_name_or_path: () => null,
    // The model's own template is used here, which is the one that LLaMA-Factory has by this name.
    template: () => ({}),
    neat_packing: 'packing',
  },
  idle: `model_name_or_path dataset dataset_dir eval_dataset media_dir trust_remote_code do_train overwrite_cache
    preprocessing_num_workers dataloader_num_workers plot_loss overwrite_output_dir flash_attn enable_liger_kernel
    use_unsloth compute_type pure_bf16 upcast_layernorm upcast_lmhead_output disable_gradient_checkpointing
    use_fast_tokenizer use_swanlab swanlab_project low_cpu_mem_usage tokenized_path cache_dir ddp_timeout
    image_max_pixels video_max_pixels`.split(/\s+/),
  defaults: ({ lora_rank, quantization_bit }) => ({
    // Its own defaults: 2048 tokens, alpha twice the rank, 4 bits only where asked for.
    max_length: 2048,
    'lora.lora_alpha': 2 * Number(lora_rank ?? 8),
    'lora.target_modules': 'all-linear',
    'quantization.load_in_4bit': quantization_bit !== undefined && quantization_bit !== null,
    learning_rate: 5e-5,
  }),
}
