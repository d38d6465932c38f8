import type { ErrorWords } from '../errors'
import type { messages } from './en'
import type { Language } from './languages'
import { formatNumber } from './format'
import { aboutLanguage, localeOf, mainPart } from './languages'

export { aboutLanguage, languageOf, languages, localeOf } from './languages'
export type { Language } from './languages'

export type MessageKey = keyof typeof messages
export type Params = Record<string, string | number>

/** What a language's folder holds. */
interface Words {
  messages: Record<MessageKey, string>
  errors: ErrorWords
  /** What data files and tables bring in English (titles of sample sets, schedules), by its English. */
  given?: Readonly<Record<string, string>>
}

const folders = import.meta.glob<Words>('./*/index.ts')
const loaded = new Map<Language, Words>()

/** Fetch a language's words; to be awaited before anything is said in it. */
export async function loadWords(language: Language): Promise<void> {
  if (!loaded.has(language)) loaded.set(language, await folders[`./${language}/index.ts`]())
}

function wordsOf(language: Language): Words {
  const words = loaded.get(language)
  if (!words) throw new Error(`the words of ${language} are not loaded`)
  return words
}

const cards = import.meta.glob<{ card: Record<string, string> }>('./*/card/index.ts')

/** What READMEs say in a language; fetched when one is written. */
export const cardWords = async (language: Language): Promise<Record<string, string>> =>
  (await cards[`./${language}/card/index.ts`]()).card

/** One of the texts that a data file holds by language ("en", "zh"): the language's own, or English. */
export function inLanguage(texts: Readonly<Record<string, string>>, language: Language): string {
  const english = texts.en ?? ''
  return texts[language] ?? texts[mainPart(language)] ?? loaded.get(language)?.given?.[english] ?? english
}

/** Every text of the page, for what is written away in one go. */
export const messagesOf = (language: Language): Readonly<Record<string, string>> => wordsOf(language).messages

export const errorWords = (language: Language): ErrorWords => wordsOf(language).errors

/**
 * `{name}` is filled in; `{n|row|rows}` chooses by the number's plural category: one form for each that the language
 * has, in the order zero, one, two, few, many, other.
 */
export function translate(language: Language, key: MessageKey, params: Params = {}): string {
  return wordsOf(language).messages[key].replace(/\{(\w+)(?:\|([^}]*))?\}/g, (whole, name: string, forms?: string) => {
    const value = params[name]
    if (value === undefined) return whole
    if (forms === undefined) return typeof value === 'number' ? formatNumber(aboutLanguage(language), value) : value
    return formFor(language, Number(value), forms.split('|'))
  })
}

const CATEGORIES = ['zero', 'one', 'two', 'few', 'many', 'other'] as const

function formFor(language: Language, value: number, forms: readonly string[]): string {
  const rules = new Intl.PluralRules(localeOf(language))
  const known = CATEGORIES.filter((category) => rules.resolvedOptions().pluralCategories.includes(category))
  return forms[known.indexOf(rules.select(value))] ?? forms.at(-1)!
}
