import { cacheLayout } from '../../contracts/answer-cache'
import type { CacheType } from '../../contracts/answers'
import { useFields, useStore } from '../read-store'
import { useStudio, useWords } from '../studio-context'
import form from './form.module.css'

/** For so many tokens the memory is told. */
const TOKENS = 1024

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
  const sizeIn = (type: CacheType) => bytes(card!.layers * cacheLayout(card!, 1, TOKENS, type).bytes)
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
          {isThere && `${t('cache.effect')} `}
          {isThere && card && t('cache.memory', { tokens: num(TOKENS), whole: sizeIn('f32'), half: sizeIn('f16') })}
        </small>
      </span>
    </label>
  )
}
