import type { CacheType } from '../contracts/answers'
import { createStore } from 'zustand/vanilla'
import { fail, type TuneError } from '../errors'
import { isStoreFull } from '../storage/full-store'
import { DEFAULT_HUB } from '../storage/hub-listing'
import type { Language } from '../i18n'
import { languageOf } from '../i18n'

type Theme = 'auto' | 'light' | 'dark'

/** What the person chose about the page itself; kept in localStorage. */
export interface Prefs {
  language: Language
  theme: Theme
  level: 'simple' | 'advanced'
  smoothing: number
  logScale: boolean
  xAxis: XAxisKind
  hubEndpoint: string
  /** Gigabytes of the GPU's memory, as the person says; 0 = not said. */
  gpuMemory: number
  pinnedPrompts: string[]
  /** Share of a run between two looks at what the model says by then; 0 = none. */
  answerEvery: number
  /** Element type of keys and values of answers, where the GPU has it. */
  answerCache: CacheType
}
export type XAxisKind = 'step' | 'epoch' | 'tokens' | 'time'

const KEY = 'tunetab.prefs'

export function createPrefs(storage: Storage | null, languages: readonly string[]) {
  const defaults: Prefs = {
    language: languageOf(languages),
    theme: 'auto',
    level: 'simple',
    smoothing: 0.6,
    logScale: false,
    xAxis: 'step',
    hubEndpoint: DEFAULT_HUB,
    gpuMemory: 0,
    pinnedPrompts: [],
    answerEvery: 0.25,
    answerCache: 'f32',
  }
  const kept = read(storage)
  // One that is kept under another name, or for which there are no words any more, is no language.
  const language = languageOf([String(kept.language), ...languages])
  const store = createStore<Prefs>(() => ({ ...defaults, ...kept, language }))
  let refused: ((error: TuneError) => void) | null = null
  store.subscribe((prefs) => {
    try {
      storage?.setItem(KEY, JSON.stringify(prefs))
    } catch (error) {
      // It costs only the memory of a preference, so that it is said once; a forbidden store was never promised.
      if (isStoreFull(error)) refused?.(fail('storage-full', { path: KEY }, error))
      refused = null
    }
  })
  /** Hears of the first preference for which the browser has no room. */
  const whenRefused = (listener: (error: TuneError) => void) => void (refused = listener)
  return Object.assign(store, { whenRefused })
}
export type PrefsStore = ReturnType<typeof createPrefs>

/** Kept preferences that still mean something: another version, or a hand, may have left anything there. */
function read(storage: Storage | null): Partial<Prefs> {
  try {
    const value: unknown = JSON.parse(storage?.getItem(KEY) ?? '{}')
    if (!value || typeof value !== 'object') return {}
    // What earlier versions called it.
    const { sampleEvery, ...kept } = value as Record<string, unknown>
    const prefs = sampleEvery === undefined ? kept : { answerEvery: sampleEvery, ...kept }
    const known = Object.entries(FITS).filter(([name, fits]) => fits(prefs[name]))
    return Object.fromEntries(known.map(([name]) => [name, prefs[name]]))
  } catch {
    return {}
  }
}

const oneOf =
  (...values: string[]) =>
  (value: unknown) =>
    typeof value === 'string' && values.includes(value)
const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1
const isText = (value: unknown) => typeof value === 'string'
const isFlag = (value: unknown) => typeof value === 'boolean'

const FITS: Record<keyof Prefs, (value: unknown) => boolean> = {
  language: isText,
  theme: oneOf('auto', 'light', 'dark'),
  level: oneOf('simple', 'advanced'),
  smoothing: isShare,
  logScale: isFlag,
  xAxis: oneOf('step', 'epoch', 'tokens', 'time'),
  hubEndpoint: (value) => isText(value) && URL.canParse(value as string),
  gpuMemory: (value) => typeof value === 'number' && value >= 0 && value < 10_000,
  pinnedPrompts: (value) => Array.isArray(value) && value.every(isText),
  answerEvery: isShare,
  answerCache: oneOf('f32', 'f16'),
}
