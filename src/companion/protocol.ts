/** An ONNX chat model on a hub. */
export interface OnnxModel {
  /** The hub's address. */
  endpoint: string
  /** Such as "onnx-community/Qwen2.5-0.5B-Instruct". */
  id: string
  revision: string
}

/** What runs it, and in which numbers: "wasm" and "q8". */
export interface OnnxFacts {
  device: string
  precision: string
}

/** One answer with what it cost. */
export interface OnnxAnswer {
  text: string
  promptTokens: number
  completionTokens: number
}

export type ToCompanion =
  { kind: 'load'; model: OnnxModel } | { kind: 'ask'; number: number; text: string; maxNewTokens: number }

export type FromCompanion =
  | { kind: 'progress'; file: string; done: number; total: number }
  | { kind: 'loaded'; facts: OnnxFacts }
  | { kind: 'answer'; number: number; answer: OnnxAnswer }
  /** Without a number: loading failed. The reason is that of 'eval-onnx'. */
  | { kind: 'failed'; number: number | null; reason: string }
