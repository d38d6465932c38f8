import { useFields, useStore } from '../../read-store'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { CacheSetting } from '../../kit/cache-setting'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import styles from './try.module.css'

/** The question, and how it is to be answered. */
export function Ask({ disabled }: { disabled: boolean }) {
  const studio = useStudio()
  const { t } = useWords()
  const { prompt, system, temperature, top_p, max_new_tokens, seed, strength, adapter, busy } = useFields(
    studio.try.store,
    'prompt',
    'system',
    'temperature',
    'top_p',
    'max_new_tokens',
    'seed',
    'strength',
    'adapter',
    'busy',
  )
  // A paused run lends the model; any other has it for itself.
  const taken = useStore(studio.train.store, ({ phase }) => studio.running() && phase !== 'paused')
  const { set, send, stop } = studio.try
  const cannot = disabled || taken || prompt.trim() === ''
  return (
    <form
      className={styles.ask}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label className={form.field}>
        <span className="visually-hidden">{t('try.question')}</span>
        <textarea
          rows={2}
          value={prompt}
          placeholder={t('try.placeholder')}
          onChange={(event) => set({ prompt: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            if (!cannot && !busy) void send()
          }}
        />
      </label>
      <div className={styles.askRow}>
        {busy ? (
          <Button kind="primary" onClick={stop}>
            {t('try.stop')}
          </Button>
        ) : (
          <Button kind="primary" type="submit" disabled={cannot}>
            {t('try.send')}
          </Button>
        )}
        <label className={form.slider}>
          <span>{t('try.temperature')}</span>
          <input
            type="range"
            min={0}
            max={1.5}
            step={0.05}
            value={temperature}
            onChange={(event) => set({ temperature: Number(event.target.value) })}
          />
          <span className={`num ${form.sliderValue}`}>
            {temperature === 0 ? t('try.greedy') : temperature.toFixed(2)}
          </span>
        </label>
        {adapter && (
          <label className={form.slider}>
            <span>{t('try.strength')}</span>
            <input
              type="range"
              min={0}
              max={2}
              step={0.05}
              value={strength}
              onChange={(event) => set({ strength: Number(event.target.value) })}
            />
            <span className={`num ${form.sliderValue}`}>
              {strength === 1 ? t('try.asTrained') : strength.toFixed(2)}
            </span>
          </label>
        )}
        {adapter && strength !== 1 && (
          <Button
            kind="quiet"
            disabled={busy || taken}
            onClick={() => void studio.mixAdapters(strength, null).catch(studio.notices.fail)}
          >
            {t('try.keepStrength')}
          </Button>
        )}
        <details className={styles.askMore}>
          <summary>{t('try.more')}</summary>
          <label className={form.field}>
            <span>{t('try.system')}</span>
            <textarea rows={2} value={system} onChange={(event) => set({ system: event.target.value })} />
          </label>
          <div className="row">
            <NumberField
              label="max_new_tokens"
              value={max_new_tokens}
              min={1}
              max={4096}
              onChange={(value) => set({ max_new_tokens: value })}
            />
            <NumberField
              label="top_p"
              value={top_p}
              min={0.05}
              max={1}
              step={0.05}
              onChange={(value) => set({ top_p: value })}
            />
            <NumberField label="seed" value={seed} min={0} onChange={(value) => set({ seed: value })} />
          </div>
          <CacheSetting />
        </details>
      </div>
      {taken && (
        <p className="row muted">
          {t('try.whileTraining')} <ActionButton id="train.pause" />
        </p>
      )}
    </form>
  )
}

interface NumberFieldProps {
  label: string
  value: number
  min: number
  max?: number
  step?: number
  onChange: (value: number) => void
}

function NumberField({ label, value, min, max, step = 1, onChange }: NumberFieldProps) {
  return (
    <label className={form.field}>
      <code>{label}</code>
      <input
        type="number"
        className="num"
        value={value}
        min={min}
        max={max}
        step={step}
        onChange={(event) => {
          const next = event.target.valueAsNumber
          if (Number.isFinite(next) && next >= min && next <= (max ?? Infinity)) onChange(next)
        }}
      />
    </label>
  )
}
