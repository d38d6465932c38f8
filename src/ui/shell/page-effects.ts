import { aboutLanguage } from '../../i18n'
import { formatMeasure, formatPercent } from '../../i18n/format'
import { localeOf } from '../../i18n'
import type { Studio } from '../../state/studio'

/** What the page does to the window around it: language, theme, title, guard against leaving, wake lock. */
export function startPageEffects(studio: Studio): void {
  const { prefs, train } = studio
  const dressPage = () => {
    const { language, theme } = prefs.getState()
    document.documentElement.lang = localeOf(language)
    if (theme === 'auto') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }
  prefs.subscribe(dressPage)
  dressPage()

  const setTitle = () => {
    const { step, steps } = train.store.getState()
    const loss = train.points().at(-1)?.loss
    if (!studio.running() || steps === 0) document.title = 'TuneTab'
    else {
      const { language } = prefs.getState()
      const share = formatPercent(aboutLanguage(language), step / steps).replace('%', ' %')
      document.title = loss === undefined ? share : `${share} · ${formatMeasure(aboutLanguage(language), loss)}`
    }
  }
  train.store.subscribe(setTitle)

  window.addEventListener('beforeunload', (event) => {
    if (studio.running() || studio.runs.store.getState().unkept.length > 0) event.preventDefault()
  })

  let lock: WakeLockSentinel | null = null
  const holdScreen = async () => {
    const wanted = studio.running() && document.visibilityState === 'visible'
    if (wanted && !lock && 'wakeLock' in navigator) {
      // Refused on low battery or by policy: training goes on, the screen may sleep.
      lock = await navigator.wakeLock.request('screen').catch(() => null)
      lock?.addEventListener('release', () => (lock = null))
    } else if (!studio.running() && lock) {
      await lock.release()
    }
  }
  train.store.subscribe((now, before) => {
    if (now.phase !== before.phase) void holdScreen()
  })
  document.addEventListener('visibilitychange', () => void holdScreen())
}
