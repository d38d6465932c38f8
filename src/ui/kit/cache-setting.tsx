import { useFields, useStore } from '../read-store'
import { useStudio, useWords } from '../studio-context'
import form from './form.module.css'

/** Keys and values: one of each for every layer and token. */
const KINDS = 2

/**
 * Whether answers keep keys and values in 16 bits; what that saves and costs, or why it cannot be had. Nothing is said
 * of a GPU before it is known.
 */
export function CacheSetting({ disabled = false }: { disabled?: boolean }) {
  const studio = useStudio()
  const { t, num, bytes } = useWords()
  const cache = useStore(studio.prefs, ({ answerCache }) => answerCache)
  const { card, gpu } = useFields(studio.model.store, 'card', 'gpu')
  const isThere = gpu?.features.includes('shader-f16') ?? false
  const tokens = 1024
  const whole = card ? KINDS * card.layers * card.kvHeads * card.headDim * tokens * 4 : null
  return (
    <label className={form.option}>
      <input
        type="checkbox"
        disabled={disabled || !isThere}
        checked={isThere && cache === 'f16'}
        onChange={({ target }) => studio.prefs.setState({ answerCache: target.checked ? 'f16' : 'f32' })}
      />
      <span>
        {t('cache.label')}
        <small className="muted">
          {gpu && !isThere && t('cache.lacking')}
          {isThere &&
            whole !== null &&
            t('cache.memory', { tokens: num(tokens), whole: bytes(whole), half: bytes(whole / 2) })}
          {isThere && ` ${t('cache.effect')}`}
        </small>
      </span>
    </label>
  )
}
