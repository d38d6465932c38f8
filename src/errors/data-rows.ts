import type { TemplateBounds } from './data'

/** What errors of data-rows are told, by their codes. Their words: src/i18n/LANGUAGE/errors/data-rows.ts. */
export interface DataRowErrors {
  'data-row-cells': { row: number; cells: number; columns: number }
  'data-row-json': { row: number; character: number; found: string | null; isOpen: boolean }
  'data-row-not-object': { row: number }
  'data-row-deep': { row: number }
  'data-row-wall': { row: number; length: number; most: number }
  'data-row-whole': { row: number; length: number; most: number }
  'data-row-unknown': { row: number; columns: string[] }
  'data-row-missing-field': { row: number; field: string; columns: string[] }
  'data-row-field-kind': { row: number; field: string; wanted: 'text' | 'list' }
  'data-row-field-text': { row: number; field: string; found: string }
  'data-row-empty-field': { row: number; field: string; isNull: boolean }
  'data-row-history': { row: number }
  'data-row-message': { row: number; message: number }
  'data-row-media': { row: number; message: number; kind: string }
  'data-row-role': { row: number; message: number; role: string }
  'data-row-tool-call': { row: number; message: number }
  'data-row-tool-arguments': { row: number; message: number; name: string; id: string; given: string }
  'data-row-tools': { row: number; field: string }
  'data-row-calls-unknown': { row: number }
  'data-row-template-bounds': TemplateBounds & { row: number }
  'data-row-template': { row: number; detail: string }
  'data-row-template-fails': { row: number; detail: string }
  'data-row-no-assistant': { row: number }
  'data-row-masked': { row: number; length: number; max_length: number }
  'data-row-untrained': { row: number }
  'data-row-no-tokens': { row: number }
  'data-row-token-outside': { row: number; id: number; text: string; vocabSize: number }
}
