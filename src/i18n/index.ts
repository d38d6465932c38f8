import { en } from './en'
import type { Messages } from './en'
import { zhCN } from './zh-CN'

export type Language = 'en' | 'zh'
export type MessageKey = keyof Messages
export type Params = Record<string, string | number>

const catalogs: Record<Language, Messages> = { en, zh: zhCN }

/** `{name}` is filled in; `{n|row|rows}` chooses the first word for 1 and the second for any other number. */
export function translate(language: Language, key: MessageKey, params: Params = {}): string {
  return catalogs[language][key].replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one, other) => {
    const value = params[name]
    if (value === undefined) return whole
    if (one === undefined) return typeof value === 'number' ? formatNumber(language, value) : value
    return Number(value) === 1 ? one : other
  })
}

/** The language to start with when the person has chosen none. */
export function languageOf(tags: readonly string[]): Language {
  const known = tags.find((tag) => /^(en|zh)\b/i.test(tag))
  return known && /^zh/i.test(known) ? 'zh' : 'en'
}

/** BCP 47 tag for Intl and for the document's `lang`. */
export function localeOf(language: Language): string {
  return language === 'zh' ? 'zh-CN' : 'en-GB'
}

export function formatNumber(language: Language, value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(localeOf(language), options).format(value)
}
