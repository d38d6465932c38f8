/** An ONNX model: on a hub, or as the files of a folder. */
export type OnnxModel =
  | {
      kind: 'hub'
      /** The hub's address. */
      endpoint: string
      /** Such as "onnx-community/Qwen2.5-0.5B-Instruct". */
      id: string
      revision: string
    }
  | { kind: 'folder'; name: string; files: readonly { path: string; file: Blob }[] }

/** What a model is wanted for: to answer, or to turn texts into vectors. */
export type OnnxTask = 'chat' | 'embed'

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
  | { kind: 'load'; task: OnnxTask; model: OnnxModel }
  | { kind: 'ask'; number: number; text: string; maxNewTokens: number }
  | { kind: 'embed'; number: number; texts: readonly string[] }

export type FromCompanion =
  | { kind: 'progress'; file: string; done: number; total: number }
  | { kind: 'loaded'; facts: OnnxFacts }
  | { kind: 'made'; number: number; made: OnnxAnswer | Float32Array[] }
  /** Without a number: loading failed. The reason is that of 'eval-onnx'. */
  | { kind: 'failed'; number: number | null; reason: string }
