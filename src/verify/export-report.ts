import type { SerializedError } from '../errors'

/** Travels with an export under this name. */
export const EXPORT_REPORT = 'export-report.json'

/** What came of opening an export again before it left: by whom, and what it answered. */
export interface ExportReport {
  version: 1
  /** The format's name. */
  kind: string
  /** SHA-256 of manifest.json, which names every other file with its own. null: kept from before there were any. */
  manifest: string | null
  /** How many files were read back, and the first that is not as the manifest has it: then nothing else was tried. */
  readBack: { files: number; damaged: string | null } | null
  /** The other reader, and how much it found. */
  read: { by: string; tensors?: number; bytes?: number; architecture?: string; layers?: number } | null
  answers: { by: string; max_new_tokens: number; asked: AskedTwice[] } | null
  /** Why something of it could not be done. */
  failed: SerializedError | null
}

/** A question, greedily answered by the model on the page and from the exported files. */
export interface AskedTwice {
  question: string
  live: string
  file: string
}

/** At which character two answers part; null where they are the same. */
export function parting({ live, file }: AskedTwice): number | null {
  if (live === file) return null
  let at = 0
  while (live[at] === file[at]) at++
  return at
}
