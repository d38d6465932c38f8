import type { None } from './texts'

/** What errors of engine are told, by their codes. Their words: src/i18n/LANGUAGE/errors/engine.ts. */
export interface EngineErrors {
  'engine-worker-died': { reason: string }
  'engine-worker-blocked': { seconds: number }
  'engine-no-model': None
  'engine-no-data': None
  'engine-no-row': { row: number }
  'engine-no-adapter': None
  'engine-busy': { task: string }
  'engine-prompt-empty': None
  'engine-prompt-too-long': { tokens: number; limit: number }
  /** `detail`: in the template's own words. */
  'engine-template-refused': { detail: string }
  'engine-unanswered': { unanswered: number; asked: number }
  'engine-quantization-differs': { field: string; loaded: string; wanted: string }
  'engine-no-hub': { id: string }
}
