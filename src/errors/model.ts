import type { None } from './texts'

/** What errors of model are told, by their codes. Their words: src/i18n/LANGUAGE/errors/model.ts. */
export interface ModelErrors {
  'model-not-finite': None
  'model-no-adapter': None
  'model-no-f16-cache': Record<string, never>
  'model-draw-vocabulary': { tokens: number; limit: number }
  'model-too-long': { tokens: number; limit: number }
  'model-token-outside': { id: number; vocabSize: number }
  'model-optimizer-state': { name: string; expected: number; found: number }
}
