import { createContext, useContext, useMemo } from 'react'
import { useStore } from 'zustand'
import type { SerializedError } from '../errors'
import { errorText } from '../errors'
import { formatNumber, localeOf, translate } from '../i18n'
import type { MessageKey, Params } from '../i18n'
import {
  formatAxis,
  formatBytes,
  formatCompact,
  formatDuration,
  formatMeasure,
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
  return useMemo(
    () => ({
      language,
      locale: localeOf(language),
      t: (key: MessageKey, params?: Params) => translate(language, key, params),
      num: (value: number, options?: Intl.NumberFormatOptions) => formatNumber(language, value, options),
      bytes: (value: number) => formatBytes(language, value),
      compact: (value: number) => formatCompact(language, value),
      measure: (value: number) => formatMeasure(language, value),
      axisNumber: (value: number) => formatAxis(language, value),
      percent: (fraction: number) => formatPercent(language, fraction),
      duration: (seconds: number) => formatDuration(language, seconds),
      when: (time: number) => formatWhen(language, time),
      error: (error: SerializedError) =>
        error.code === 'unexpected'
          ? translate(language, 'error.unexpected', { message: error.message })
          : errorText(error.code, error.params, language),
    }),
    [language],
  )
}
export type Words = ReturnType<typeof useWords>
