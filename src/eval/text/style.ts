import { ngrams, total } from './ngrams'

const WORDS = /\p{Script=Han}|[\p{L}\p{N}_]+/gu

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORDS) ?? []

/** Words of a text, Chinese characters each for itself. */
export const wordCount = (text: string): number => wordsOf(text).length

/** The share of runs of four words that stood in the text before; 0 for fewer than five words. */
export function repetition(text: string): number {
  const runs = ngrams(wordsOf(text), 4)
  const all = total(runs)
  return all < 2 ? 0 : (all - runs.size) / all
}

/** What a text is laid out as, the first that fits. */
export function formatOf(text: string): 'json' | 'code' | 'list' | 'headings' | 'paragraphs' | 'line' {
  const plain = text.trim()
  if (/^[[{]/.test(plain) && isJson(plain)) return 'json'
  if (plain.includes('```')) return 'code'
  if ((plain.match(/^\s*(?:[-*•]|\d+[.)、])\s+\S/gm) ?? []).length >= 2) return 'list'
  if (/^#{1,6}\s/m.test(plain)) return 'headings'
  return /\n\s*\n/.test(plain) ? 'paragraphs' : 'line'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
