import type { None } from './texts'

/** An encoding that a file may be in, with what its first telling lines are then. */
export interface EncodingCandidate {
  encoding: string
  sample: string
}

/** Files that are often taken for data and hold none that is read here. */
export type ForeignKind =
  | 'parquet'
  | 'arrow'
  | 'avro'
  | 'orc'
  | 'hdf5'
  | 'sqlite'
  | 'numpy'
  | 'pickle'
  | 'pytorch'
  | 'safetensors'
  | 'gguf'
  | 'workbook'
  | 'document'
  | 'pdf'
  | 'picture'
  | 'page'
  | 'pointer'
  | 'zip'
  | 'archive'
  | 'packed'
  | 'binary'

/** Which bound of a rendering was too low for it, and how much it allows. */
export interface TemplateBounds {
  limit: 'steps' | 'text' | 'values' | 'time' | 'range'
  most: number
}

/** What errors of data are told, by their codes. Their words: src/i18n/LANGUAGE/errors/data.ts. */
export interface DataErrors {
  'data-empty': { file: string }
  'data-encoding': { file: string; encoding: string; byte: number; line: number }
  'data-encoding-unclear': { file: string; candidates: EncodingCandidate[] }
  'data-encoding-unknown': { encoding: string }
  'data-read-as': { file: string; encoding: string; sample: string }
  'data-gzip': { file: string }
  'data-foreign': { file: string; kind: ForeignKind }
  'data-not-json': { file: string; start: string }
  'data-json-cut': { file: string; row: number; line: number }
  'data-json-after': { file: string; line: number }
  'data-mapping-unknown': { columns: string[] }
  'data-tokenizer-broken': { file: string; detail: string }
  'data-tokenizer-expression': { file: string; pattern: string }
  'data-template-missing': None
  'data-template-bounds': TemplateBounds
  'data-template-broken': { detail: string }
  'data-template-spans': { row: number }
  'data-splits': { file: string; read: string; others: string[] }
  'data-viewer-page': { file: string; rows: number; total: number }
  'data-viewer-cut': { file: string; rows: number }
  'data-read-lines': { file: string }
  'data-table-literal': { file: string; rows: number }
  'data-no-rows': { file: string; rows: number }
}
