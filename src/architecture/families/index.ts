import type { Family } from '../family'
import { llama } from './llama'
import { mistral } from './mistral'
import { qwen2 } from './qwen2'
import { qwen3 } from './qwen3'

/** Every family that works. */
export const families: readonly Family[] = [qwen2, qwen3, llama, mistral]
