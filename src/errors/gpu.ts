import type { None } from './texts'

/** What errors of gpu are told, by their codes. Their words: src/i18n/LANGUAGE/errors/gpu.ts. */
export interface GpuErrors {
  'gpu-missing': None
  'gpu-no-adapter': { detail: string }
  'gpu-lost': { reason: string }
  'gpu-error': { detail: string }
  'gpu-tensor-too-large': { tensor: string; bytes: number; limit: number }
  'gpu-out-of-memory': { what: string; bytes: number }
  'gpu-shader': { kernel: string; detail: string }
}
