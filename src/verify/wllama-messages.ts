/** What llama.cpp's worker is asked: a GGUF file (and an adapter's behind it), and questions. */
export interface WllamaJob {
  files: File[]
  /** The last file is an adapter for those before it. */
  adapter: boolean
  questions: readonly string[]
  max_new_tokens: number
}

export type FromWllama =
  | { kind: 'opened'; architecture: string; layers: number }
  /** Of the questions, in order. */
  | { kind: 'answer'; text: string }
  | { kind: 'done'; version: string }
  | { kind: 'failed'; reason: string }
