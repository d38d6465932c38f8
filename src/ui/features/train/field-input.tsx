import { useEffect, useId, useRef, useState } from 'react'
import { useStore } from '../../read-store'
import { inLanguage } from '../../../i18n'
import type { MessageKey } from '../../../i18n'
import { readField } from '../../../state/settings'
import { Select } from '../../kit/select'
import { useStudio, useWords } from '../../studio-context'
import type { ScheduleArguments } from '../../../run-file/schedules'
import { argumentsText, readArguments } from '../../../run-file/schedule-arguments'
import type { Field } from './field-types'
import { RateFinder } from './rate-finder'
import styles from './train.module.css'

/** One setting of the run with its explanation; what the run file would refuse is refused here with the same words. */
export function FieldInput({ field, plainName }: { field: Field; plainName?: MessageKey }) {
  const studio = useStudio()
  const words = useWords()
  const id = useId()
  const run = useStore(studio.train.store, (state) => state.run)
  const wrong = useStore(studio.train.store, (state) => state.wrong[field.path])
  const isAsked = useStore(studio.train.store, (state) => state.attention === field.path)
  const setting = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isAsked) return
    setting.current?.querySelector<HTMLElement>('input, [role=combobox]')?.focus()
    studio.train.attend(null)
  }, [isAsked, studio])
  const context = useStore(studio.model.store, (state) => state.card?.contextLength)
  const value = readField(run, field.path)
  const isBeyond = field.path === 'max_length' && context !== undefined && typeof value === 'number' && value > context
  const isOverruled = field.path === 'num_train_epochs' && run.max_steps > 0
  const help = isOverruled ? words.t('train.stepsWin') : words.t(`help.${field.path}`)
  const write = (next: unknown, text?: string) => studio.train.enter(field.path, next, text)

  return (
    <div className={styles.setting} data-input={field.input} data-overruled={isOverruled || undefined} ref={setting}>
      <label htmlFor={field.input === 'many' ? undefined : id} id={`${id}-label`}>
        {plainName ? (
          <>
            {words.t(plainName)} <code>{field.path.replace('lora.', '')}</code>
          </>
        ) : (
          <code>{field.path.replace('lora.', '')}</code>
        )}
      </label>
      {field.input === 'number' && (
        <NumberInput
          id={id}
          text={wrong?.text ?? String(value ?? '')}
          optional={field.optional}
          isWrong={wrong !== undefined}
          onCommit={write}
        />
      )}
      {field.input === 'arguments' && (
        <EntryInput
          id={id}
          text={wrong?.text ?? argumentsText(value as ScheduleArguments)}
          isWrong={wrong !== undefined}
          onCommit={(text) => write(readArguments(text), text)}
        />
      )}
      {field.input === 'boolean' && (
        <input
          id={id}
          type="checkbox"
          checked={value as boolean}
          aria-describedby={`${id}-help`}
          onChange={(event) => write(event.target.checked)}
        />
      )}
      {field.input === 'choice' && (
        <Select
          id={id}
          value={value as string}
          describedBy={`${id}-help`}
          options={field.options?.map((option) => ({ value: option, label: option })) ?? []}
          onChange={write}
        />
      )}
      {field.input === 'many' && (
        <div className={styles.many} role="group" aria-labelledby={`${id}-label`}>
          {field.options?.map((option) => {
            const chosen = value as string[]
            const next = field.options!.filter((one) => (one === option ? !chosen.includes(one) : chosen.includes(one)))
            return (
              <label key={option}>
                <input type="checkbox" checked={chosen.includes(option)} onChange={() => write(next)} />
                <code>{option}</code>
              </label>
            )
          })}
        </div>
      )}
      <p id={`${id}-help`} className={styles.settingHelp}>
        {help}
        {field.about && ` ${inLanguage(field.about(value as string), words.language)}`}
        {isBeyond && <strong> {words.t('train.beyondContext', { n: context })}</strong>}
      </p>
      {field.path === 'learning_rate' && <RateFinder />}
      {wrong && (
        <p id={`${id}-error`} role="alert" className={styles.settingError}>
          {words.error(wrong.error)}
        </p>
      )}
    </div>
  )
}

interface NumberInputProps extends Omit<EntryInputProps, 'onCommit'> {
  /** Emptied, it becomes null. */
  optional?: boolean
  onCommit: (value: unknown, text: string) => void
}

/** Takes "2e-4" as well as "0.0002". */
function NumberInput({ optional, onCommit, ...entry }: NumberInputProps) {
  const commit = (draft: string) => {
    const written = draft.trim().replace(',', '.')
    const given = written === '' || Number.isNaN(Number(written)) ? written : Number(written)
    onCommit(given === '' && optional ? null : given, draft)
  }
  return <EntryInput {...entry} inputMode="decimal" onCommit={commit} />
}

interface EntryInputProps {
  id: string
  /** The value in use, or what was written and cannot be used. */
  text: string
  isWrong: boolean
  inputMode?: 'decimal'
  onCommit: (text: string) => void
}

/** Written when left or confirmed, so that half a value is never judged. */
function EntryInput({ id, text, isWrong, inputMode, onCommit }: EntryInputProps) {
  const [draft, setDraft] = useState(text)
  useEffect(() => setDraft(text), [text])
  const commit = () => {
    if (draft !== text) onCommit(draft)
  }
  return (
    <input
      id={id}
      inputMode={inputMode}
      className="num"
      value={draft}
      aria-invalid={isWrong}
      aria-describedby={isWrong ? `${id}-error ${id}-help` : `${id}-help`}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
      }}
    />
  )
}
