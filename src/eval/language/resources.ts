import type { LanguageProfiles } from './detect'
import type { PunktModel } from './punkt'

/** What was learnt from texts is large (72 kB and 585 kB on the wire): fetched by the first rule that needs it. */
let punkt: Promise<PunktModel> | undefined
let profiles: Promise<LanguageProfiles> | undefined

export const punktModel = (): Promise<PunktModel> =>
  (punkt ??= Promise.all([import('./punkt'), import('../data/punkt-english.txt?raw')]).then(([{ readPunkt }, file]) =>
    readPunkt(file.default),
  ))

export const languageProfiles = (): Promise<LanguageProfiles> =>
  (profiles ??= Promise.all([import('./detect'), import('../data/langdetect.txt?raw')]).then(
    ([{ readProfiles }, file]) => readProfiles(file.default),
  ))
