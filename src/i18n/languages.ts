import type { About } from './about'

/** A language by the name of its folder here: 'en', 'zh-CN'. */
export type Language = string

const found = import.meta.glob<{ about: About }>('./*/about.ts', { eager: true })
const abouts = new Map(Object.entries(found).map(([path, { about }]) => [path.split('/')[1], about]))

/** Every folder beside this file, English first: what it falls back to. */
export const languages: readonly Language[] = [...abouts.keys()].sort((a, b) =>
  a === 'en' ? -1 : b === 'en' ? 1 : a.localeCompare(b),
)

export function aboutLanguage(language: Language): About {
  return abouts.get(language) ?? abouts.get('en')!
}

/** BCP 47 tag for Intl and for the document's `lang`. */
export const localeOf = (language: Language): string => aboutLanguage(language).locale

/** `zh` of `zh-CN`. */
export const mainPart = (tag: string) => tag.toLowerCase().split('-')[0]

/** The language to start with: the first of a person's that there are words for, whatever its region; else English. */
export function languageOf(tags: readonly string[]): Language {
  for (const tag of tags) {
    const exact = languages.find((language) => language.toLowerCase() === tag.toLowerCase())
    const near = exact ?? languages.find((language) => mainPart(language) === mainPart(tag))
    if (near) return near
  }
  return 'en'
}
