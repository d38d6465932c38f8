import { createContext, useContext, useMemo } from 'react'
import { useStore } from './read-store'
import type { SerializedError } from '../errors'
import { errorText } from '../errors'
import { aboutLanguage, errorWords, translate } from '../i18n'
import type { MessageKey, Params } from '../i18n'
import {
  formatAxis,
  formatBytes,
  formatCompact,
  formatDuration,
  formatMeasure,
  formatNumber,
  formatPercent,
  formatWhen,
} from '../i18n/format'
import type { Studio } from '../state/studio'

const StudioContext = createContext<Studio | null>(null)
export const StudioProvider = StudioContext.Provider

export function useStudio(): Studio {
  const studio = useContext(StudioContext)
  if (!studio) throw new Error('useStudio outside of StudioProvider')
  return studio
}

/** Words, numbers and errors in the person's language. */
export function useWords() {
  const language = useStore(useStudio().prefs, (prefs) => prefs.language)
  return useMemo(() => {
    const about = aboutLanguage(language)
    return {
      language,
      locale: about.locale,
      t: (key: MessageKey, params?: Params) => translate(language, key, params),
      num: (value: number, options?: Intl.NumberFormatOptions) => formatNumber(about, value, options),
      bytes: (value: number) => formatBytes(about, value),
      compact: (value: number) => formatCompact(about, value),
      measure: (value: number) => formatMeasure(about, value),
      axisNumber: (value: number) => formatAxis(about, value),
      percent: (fraction: number) => formatPercent(about, fraction),
      duration: (seconds: number) => formatDuration(about, seconds),
      when: (time: number) => formatWhen(about, time),
      error: (error: SerializedError) =>
        error.code === 'unexpected'
          ? translate(language, 'error.unexpected', { message: error.message })
          : errorText(errorWords(language), error.code, error.params),
    }
  }, [language])
}
export type Words = ReturnType<typeof useWords>
