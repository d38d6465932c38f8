import type { Expectation } from './expectation'

/** What errors of eval are told, by their codes. Their words: src/i18n/LANGUAGE/errors/eval.ts. */
export interface EvalErrors {
  'eval-nothing-judged': { file: string; rows: number }
  'eval-row-text': { row: number; field: string }
  'eval-row-rules': { row: number; field: string }
  'eval-rule-unknown': { row: number; rule: string; suggestion: string | null }
  'eval-rule-missing-parameter': { row: number; rule: string; parameter: string }
  'eval-rule-parameter': { row: number; rule: string; parameter: string; value: unknown; expected: Expectation }
  'eval-rule-unknown-parameter': { row: number; rule: string; parameter: string; known: string[] }
  'eval-rule-pattern': { row: number; rule: string; parameter: string; value: string; detail: string }
}
