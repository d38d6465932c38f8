import type { Expectation } from './expectation'
import type { ErrorWithin } from './within'

/** What errors of eval are told, by their codes. Their words: src/i18n/LANGUAGE/errors/eval.ts. */
export interface EvalErrors {
  'eval-nothing-judged': { file: string; rows: number }
  'eval-row-text': { row: number; field: string }
  'eval-row-rules': { row: number; field: string }
  'eval-rule-unknown': { row: number; rule: string; suggestion: string | null }
  'eval-rule-missing-parameter': { row: number; rule: string; parameter: string }
  'eval-rule-parameter': { row: number; rule: string; parameter: string; value: unknown; expected: Expectation }
  'eval-rule-unknown-parameter': { row: number; rule: string; parameter: string; known: string[] }
  'eval-suite-json': { file: string; detail: string }
  'eval-suite-format': { file: string; found: string; wanted: string }
  'eval-suite-score': { file: string; found: string; known: string[]; suggestion: string | null }
  /** row null: the field of the suite itself. */
  'eval-suite-field': { file: string; row: number | null; field: string }
  'eval-suite-id-twice': { file: string; id: string }
  'eval-suite-needs-data': { name: string }
  'eval-suite-needs-documents': { name: string }
  'eval-document-empty': { file: string }
  'eval-document-kind': { file: string }
  'eval-other-adapter': Record<never, never>
  'eval-item-reference': { suite: string; row: number }
  'eval-item-schema': { suite: string; row: number; detail: string }
  'eval-stopped': { out: string }
  /** `reason`: 'status N', 'no-text', 'no-json', or what the line said. */
  'eval-judge-refused': { url: string; reason: string }
  'eval-judge-unreachable': { url: string; reason: string; tries: number }
  'eval-sets-failed': { reason: ErrorWithin }
  /** `reason`: 'no-id' given, 'no-file' at the endpoint, 'closed', 'worker' that ended, or what the runtime said. */
  'eval-onnx': { task: 'chat' | 'embed'; model: string; endpoint: string; reason: string }
  'eval-length-memory': { suite: string; length: number }
  'eval-scores-format': { file: string; wanted: string }
  'eval-scores-of-others': { file: string; known: string[] }
  'eval-no-loss': { suite: string }
  'eval-no-questions': { file: string; rows: number }
  'eval-rule-pattern': { row: number; rule: string; parameter: string; value: string; detail: string }
}
