import type { LoraConfig } from '../contracts/lora'

/** PEFT's scale: alpha/r, or alpha/sqrt(r) with rsLoRA. */
export function loraScale(config: Pick<LoraConfig, 'r' | 'lora_alpha' | 'use_rslora'>): number {
  return config.lora_alpha / (config.use_rslora ? Math.sqrt(config.r) : config.r)
}
