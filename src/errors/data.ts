import type { None } from './texts'

/** What errors of data are told, by their codes. Their words: src/i18n/LANGUAGE/errors/data.ts. */
export interface DataErrors {
  'data-empty': { file: string }
  'data-encoding': { file: string; byte: number; line: number }
  'data-read-as': { file: string; encoding: string }
  'data-gzip': { file: string }
  'data-foreign': { file: string; kind: 'pdf' | 'picture' | 'workbook' | 'document' | 'zip' }
  'data-not-json': { file: string; start: string }
  'data-json-cut': { file: string; row: number; line: number }
  'data-json-after': { file: string; line: number }
  'data-table-twice': { file: string; column: string }
  'data-table-header': { file: string }
  'data-row-table': { row: number; detail: string }
  'data-row-cells': { row: number; cells: number; columns: number }
  'data-row-json': { row: number; detail: string }
  'data-row-not-object': { row: number }
  'data-row-missing-field': { row: number; field: string; columns: string[] }
  'data-row-field-kind': { row: number; field: string; wanted: 'text' | 'list' }
  'data-row-empty-field': { row: number; field: string }
  'data-row-history': { row: number }
  'data-row-message': { row: number; message: number }
  'data-row-role': { row: number; message: number; role: string }
  'data-row-tool-call': { row: number; message: number }
  'data-row-tools': { row: number }
  'data-row-calls-unknown': { row: number }
  'data-row-template': { row: number; detail: string }
  'data-row-no-assistant': { row: number }
  'data-row-masked': { row: number; length: number; max_length: number }
  'data-row-no-tokens': { row: number }
  'data-mapping-unknown': { columns: string[] }
  'data-tokenizer-broken': { file: string; detail: string }
  'data-template-missing': None
  'data-template-broken': { detail: string }
  'data-template-spans': { row: number }
}
