import { useEffect, useId, useState } from 'react'
import { useStore } from 'zustand'
import type { SerializedError } from '../../../errors'
import type { MessageKey } from '../../../i18n'
import { serializeError } from '../../../state/failure'
import { parseRunFile } from '../../../train/parse-run-file'
import { useStudio, useWords } from '../../studio-context'
import type { Field } from './fields'
import { readField, writeField } from './fields'

/** One setting of the run with its explanation; what the run file would refuse is refused here with the same words. */
export function FieldInput({ field, plainName }: { field: Field; plainName?: MessageKey }) {
  const studio = useStudio()
  const words = useWords()
  const id = useId()
  const run = useStore(studio.train.store, (state) => state.run)
  const [error, setError] = useState<SerializedError | null>(null)
  const value = readField(run, field.path)
  const help = words.t(`help.${field.path}`)

  const write = (next: unknown) => {
    try {
      const [group, name] = field.path.split('.')
      parseRunFile(name ? { [group]: { [name]: next } } : { [group]: next }, run)
      setError(null)
      studio.train.setRun(writeField(run, field.path, next))
    } catch (refused) {
      setError(serializeError(refused))
    }
  }

  return (
    <div className="setting" data-input={field.input}>
      <label htmlFor={field.input === 'many' ? undefined : id} id={`${id}-label`}>
        {plainName ? (
          <>
            {words.t(plainName)} <code>{field.path.replace('lora.', '')}</code>
          </>
        ) : (
          <code>{field.path.replace('lora.', '')}</code>
        )}
      </label>
      {field.input === 'number' && <NumberInput id={id} value={value as number | null} optional={field.optional} onCommit={write} invalid={error !== null} />}
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
        <select id={id} value={value as string} aria-describedby={`${id}-help`} onChange={(event) => write(event.target.value)}>
          {field.options?.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
      {field.input === 'many' && (
        <div className="many" role="group" aria-labelledby={`${id}-label`}>
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
      <p id={`${id}-help`} className="setting-help">
        {help}
      </p>
      {error && (
        <p role="alert" className="setting-error">
          {words.error(error)}
        </p>
      )}
    </div>
  )
}

interface NumberInputProps {
  id: string
  value: number | null
  /** Emptied, it becomes null. */
  optional?: boolean
  invalid: boolean
  onCommit: (value: unknown) => void
}

/** Takes "2e-4" as well as "0.0002"; written when left or confirmed, so that half a number is never judged. */
function NumberInput({ id, value, optional, invalid, onCommit }: NumberInputProps) {
  const [draft, setDraft] = useState(String(value ?? ''))
  useEffect(() => setDraft(String(value ?? '')), [value])
  const commit = () => {
    const text = draft.trim().replace(',', '.')
    const given = text === '' || Number.isNaN(Number(text)) ? text : Number(text)
    const next = given === '' && optional ? null : given
    if (next !== value) onCommit(next)
  }
  return (
    <input
      id={id}
      inputMode="decimal"
      className="num"
      value={draft}
      aria-invalid={invalid}
      aria-describedby={`${id}-help`}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
      }}
    />
  )
}
