import type { SerializedError } from '../errors/index'
import type { Message } from './data'

/** Element type of keys and values while answers are made; f16 halves them where the device has shader-f16. */
export type CacheType = 'f32' | 'f16'

/** What a model is asked, and how its answer is drawn. */
export interface GenerateRequest {
  messages: Message[]
  /** Functions that the template offers; where the model may call them. */
  tools?: unknown[] | null
  /** 0 = greedy. */
  temperature: number
  top_p: number
  top_k: number
  seed: number
  max_new_tokens: number
  useAdapter: boolean
  /** How strongly the adapter acts on this answer: 1 as trained. Left out: as `setAdapterStrength` said. */
  strength?: number
  /** f32 where absent. */
  kv_dtype?: CacheType
}

export interface GenerateResult {
  token_ids: number[]
  text: string
  /** Why it ended: a stop token, the length, or the person. */
  finish: 'stop' | 'length' | 'cancelled'
  tokensPerSecond: number
}

/** The lines that answers take on the GPU, as long as they are made: so many at once, of so many tokens each. */
export interface AnswerLines {
  lines: number
  tokens: number
  cache: CacheType
}

/** Answers side by side at most: rows of one workgroup, beyond which the weights would be read again. */
export const LINES_AT_ONCE = 8

/** A request of many that got no answer, by its place among them, and why. */
export interface Unanswered {
  index: number
  error: SerializedError
}
