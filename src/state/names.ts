import { inLanguage } from '../i18n'
import type { Language } from '../i18n'
import type { DataState } from './data-room'
import type { RunRecord } from './run-record'

/** What the person would call the data set. */
export function dataName(state: Pick<DataState, 'sample' | 'fileName' | 'summary'>, language: Language): string {
  return (state.sample && inLanguage(state.sample.title, language)) ?? state.fileName ?? state.summary?.name ?? ''
}

/** A name without the data file's ending and without what file systems refuse. */
export function fileStem(name: string): string {
  const stem = name.replace(/\.(jsonl?|csv|tsv|txt|gz|zip)$/i, '').replace(/[\\/:*?"<>|\p{Cc}]+/gu, '-')
  return stem.trim().replace(/\s+/g, '-') || 'run'
}

/** "clinic", then "clinic 2", "clinic 3": the first that no kept run has. */
export function runName(stem: string, records: readonly Pick<RunRecord, 'name'>[]): string {
  const taken = new Set(records.map((record) => record.name))
  if (!taken.has(stem)) return stem
  let n = 2
  while (taken.has(`${stem} ${n}`)) n++
  return `${stem} ${n}`
}
