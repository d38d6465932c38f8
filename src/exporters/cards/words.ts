import type { CardWords } from '../../contracts/exports'
import { card as english } from '../../i18n/en/card'

/** A text of a README in the language that it is written in, its parameters filled in. */
export type CardSay = (key: keyof typeof english, params?: Record<string, string | number>) => string

/** Words of a language by key; what it lacks is said in English. */
export const cardSayer =
  (words: CardWords = {}): CardSay =>
  (key, params = {}) =>
    (words[key] ?? english[key]).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
