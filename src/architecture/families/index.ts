import type { Family } from '../family'
import { llama } from './llama'
import { mistral } from './mistral'
import { qwen2 } from './qwen2'
import { qwen3 } from './qwen3'
import { smollm3 } from './smollm3'

/** Every family that works. */
export const families: readonly Family[] = [qwen2, qwen3, llama, mistral, smollm3]
