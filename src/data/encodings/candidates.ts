import type characters from './characters.json'

export type TextLanguage = keyof (typeof characters)['languages'] | 'et'

/** How the letters of a script stand beside each other and beside ASCII. */
export type Script = 'latin' | 'alphabet' | 'ideographs'

const ALPHABETS = new Set<TextLanguage>(['ru', 'uk', 'bg', 'mk', 'el', 'he', 'ar', 'fa'])
const IDEOGRAPHS = new Set<TextLanguage>(['zh-Hans', 'zh-Hant', 'ja', 'ko'])

export const scriptOf = (language: TextLanguage): Script =>
  ALPHABETS.has(language) ? 'alphabet' : IDEOGRAPHS.has(language) ? 'ideographs' : 'latin'

interface Candidate {
  /** By its name in the WHATWG standard. */
  encoding: string
  /** Which were written so. */
  languages: readonly TextLanguage[]
  /** How much rarer it is met than the commonest, in bits. */
  rarity: number
}

const WESTERN: TextLanguage[] = ['de', 'fr', 'es', 'pt', 'it', 'nl', 'sv', 'da', 'nb', 'fi', 'is']
const CENTRAL: TextLanguage[] = ['pl', 'cs', 'hu', 'sk', 'sl', 'sh', 'ro']

/** Encodings that files without a mark are in. Of those that give the same text, the first counts. */
export const CANDIDATES: readonly Candidate[] = [
  { encoding: 'gb18030', languages: ['zh-Hans', 'zh-Hant'], rarity: 0 },
  { encoding: 'big5', languages: ['zh-Hant'], rarity: 1 },
  { encoding: 'shift_jis', languages: ['ja'], rarity: 1 },
  { encoding: 'euc-jp', languages: ['ja'], rarity: 2 },
  { encoding: 'euc-kr', languages: ['ko'], rarity: 1 },
  { encoding: 'windows-1252', languages: WESTERN, rarity: 0 },
  { encoding: 'windows-1250', languages: CENTRAL, rarity: 1 },
  { encoding: 'windows-1251', languages: ['ru', 'uk', 'bg', 'mk'], rarity: 1 },
  { encoding: 'windows-1253', languages: ['el'], rarity: 2 },
  { encoding: 'windows-1254', languages: ['tr'], rarity: 2 },
  { encoding: 'windows-1255', languages: ['he'], rarity: 2 },
  { encoding: 'windows-1256', languages: ['ar', 'fa'], rarity: 2 },
  { encoding: 'windows-1257', languages: ['lv', 'lt', 'et'], rarity: 2 },
  { encoding: 'iso-8859-2', languages: CENTRAL, rarity: 4 },
  { encoding: 'iso-8859-7', languages: ['el'], rarity: 4 },
  { encoding: 'iso-8859-15', languages: WESTERN, rarity: 4 },
  { encoding: 'koi8-r', languages: ['ru'], rarity: 4 },
  { encoding: 'koi8-u', languages: ['uk'], rarity: 4 },
  { encoding: 'ibm866', languages: ['ru'], rarity: 4 },
  { encoding: 'macintosh', languages: WESTERN, rarity: 4 },
]
