import type { FileFolder } from './bytes'
import type { Projection } from './model'

/** LoRA settings with PEFT's names. */
export interface LoraConfig {
  r: number
  lora_alpha: number
  lora_dropout: number
  target_modules: Projection[]
  use_rslora: boolean
}

/** One adapted linear: A [r, in], B [out, r], row-major f32, in logical (unpadded) shape. */
export interface LoraPair {
  layer: number
  projection: Projection
  r: number
  inFeatures: number
  outFeatures: number
  A: Float32Array
  B: Float32Array
}

/** An adapter that is on the model. */
export interface AdapterCard {
  lora: LoraConfig
  parameters: number
  baseModel: string | null
}

/** A PEFT folder, and how much of it goes into a sum of adapters. */
export interface WeightedFolder {
  folder: FileFolder
  weight: number
}
