import type { Expectation } from './expectation'
import type { None } from './texts'

/** What errors of studio are told, by their codes. Their words: src/i18n/LANGUAGE/errors/studio.ts. */
export interface StudioErrors {
  'intake-zip-broken': { file: string; reason: string }
  'intake-zip-no-adapter': { file: string }
  'data-nothing-usable': { file: string; rows: number }
  'setting-refused': { field: string; value: string; expected: Expectation }
  'run-in-other-tab': { name: string }
  'run-unkept': { name: string }
  'run-needs-model': { name: string; model: string }
  'run-needs-data': { name: string; file: string }
  'run-needs-eval-data': { name: string; file: string }
  'browser-full': None
  'merged-unkept': { name: string }
  'browser-no-webgpu': None
}
