/** In how many rows something was met, which the first of them are, and how often in all. */
export interface Met {
  rows: number
  count: number
  first: number[]
}

interface TooLong {
  rows: number
  of: number
  leftOut: number
  longest: number
  max_length: number
  model: number | null
  /** The run file's field and the value that would hold the rows; null where none does. */
  field: string
  suggested: number | null
}

/** What errors of data-notes are told, by their codes. Their words: src/i18n/LANGUAGE/errors/data-notes.ts. */
export interface DataNotes {
  'data-columns-unused': { columns: string[] }
  'data-fields-unprinted': { fields: string[] }
  'data-tools-unseen': Met
  'data-answers-empty': Met
  'data-answers-objects': Met
  'data-turns-untrained': Met
  'data-flags-fraction': Met
  'data-flags-questions': Met
  'data-rejected-halves': Met
  'data-rows-rejected': Met
  'data-rows-untrained': Met
  'data-systems-twice': Met
  'data-texts-as-chats': Met
  'data-too-long': TooLong
}
