import { useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './try.module.css'

/** Questions to start from: pinned ones, then some of the data set's own. */
export function Suggestions() {
  const studio = useStudio()
  const { t } = useWords()
  const pinned = useStore(studio.prefs, (prefs) => prefs.pinnedPrompts)
  const prompts = useStore(studio.data.store, (state) => state.summary?.prompts) ?? []
  const shown = [...pinned, ...prompts.filter((prompt) => !pinned.includes(prompt)).slice(0, 5)]
  if (shown.length === 0) return null
  return (
    <ul className={styles.suggestions} aria-label={t('try.suggestions')}>
      {shown.map((prompt) => (
        <li key={prompt}>
          <button type="button" onClick={() => studio.try.set({ prompt })} title={prompt}>
            {pinned.includes(prompt) && <span aria-label={t('try.pinned')}>● </span>}
            {prompt.length > 60 ? `${prompt.slice(0, 60)}…` : prompt}
          </button>
        </li>
      ))}
    </ul>
  )
}
