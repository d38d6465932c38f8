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
  'data-mapping-unknown': { columns: string[] }
  'data-tokenizer-broken': { file: string; detail: string }
  'data-template-missing': None
  'data-template-broken': { detail: string }
  'data-template-spans': { row: number }
  'data-splits': { file: string; read: string; others: string[] }
  'data-viewer-page': { file: string; rows: number; total: number }
  'data-viewer-cut': { file: string; rows: number }
  'data-read-lines': { file: string }
  'data-table-literal': { file: string; rows: number }
  'data-no-rows': { file: string; rows: number }
}
