export type ProgressListener = (progress: Progress) => void

export interface Progress {
  phase: 'list' | 'download' | 'read' | 'quantize' | 'tokenize' | 'compile' | 'evaluate' | 'merge' | 'write'
  /** File or tensor being worked on. */
  item?: string
  done: number
  /** 0 = unknown. */
  total: number
  unit: 'bytes' | 'rows' | 'tokens' | 'tensors'
  perSecond?: number
  etaSeconds?: number
  /** Per-file lines, for downloads and folder loads. */
  files?: { path: string; done: number; total: number; cached: boolean }[]
}
