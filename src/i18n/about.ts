/** What is to be known of a language before its words are loaded: its own name, and how it writes numbers and times. */
export interface About {
  name: string
  /** BCP 47 tag for Intl and for the document's `lang`. */
  locale: string
  /** Where short numbers ("494M") follow another region's habit. */
  compactLocale?: string
  /** What stands behind a number of hours, minutes, seconds; with its space where there is one. */
  hour: string
  minute: string
  second: string
}
