/** What errors of cli are told, by their codes. Their words: src/i18n/LANGUAGE/errors/cli.ts. */
export interface CliErrors {
  'cli-unknown-command': { command: string; suggestion: string | null; known: string[] }
  'cli-unknown-option': { command: string; option: string; suggestion: string | null }
  'cli-missing-option': { command: string; option: string }
  'cli-option-value': { option: string; value: string; expected: string }
  'cli-option-without-value': { option: string }
  'cli-unexpected-argument': { argument: string }
  'cli-file-missing': { option: string; path: string }
  'cli-out-is-source': { out: string; option: string }
  'cli-out-unusable': { out: string; reason: string }
  /** `file`: of that run. */
  'cli-out-other-run': { out: string; file: string }
  'cli-out-locked': { out: string; pid: number; host: string; command: string; lock: string }
  'cli-lora-conflict': { field: string; stated: string; found: string }
  'cli-options-exclude': { first: string; second: string }
  'handover-input-unknown': { option: string; run: string }
  'handover-run-ended': { steps: number }
  'cli-queue-twice': { name: string }
  'queue-failed': { failed: string[]; runs: number; notes: string }
  'cli-quantize-off': { file: string }
  'cli-hub-name': { option: string; path: string; kind: 'model' | 'data' }
  'cli-suite-unknown': { name: string; known: string[]; suggestion: string | null }
  'cli-data-unknown': { file: string; columns: string[] }
}
