import { useId, useState } from 'react'
import type { QueuedRun } from '../../../state/run-queue'
import { isRunning } from '../../../state/train-room'
import { readAxis, type SweepAxis } from '../../../run-file/sweep'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { Select } from '../../kit/select'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { fieldGroups } from './fields'
import styles from './queue-panel.module.css'

/** Runs that wait for their turn on this model and data, and those that had it. */
export function QueuePanel() {
  const studio = useStudio()
  const { t } = useWords()
  const { entries, going } = useFields(studio.queue.store, 'entries', 'going')
  const canStart = useStore(studio.train.store, ({ phase, plan }) => !isRunning(phase) && plan !== null)
  const waiting = entries.filter(({ state }) => state === 'waiting').length
  const add = <Button onClick={() => studio.queue.add('', studio.train.store.getState().run)}>{t('queue.add')}</Button>
  return (
    <Part title={t('queue.title')} aside={add}>
      <p className="muted">{t('queue.lead')}</p>
      {entries.length > 0 && (
        <ol className={styles.queue}>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </ol>
      )}
      <div className="row">
        {going ? (
          <Button onClick={studio.queue.stop}>{t('queue.stop')}</Button>
        ) : (
          waiting > 0 && (
            <Button disabled={!canStart} onClick={() => void studio.startQueue()}>
              {t('queue.start')}
            </Button>
          )
        )}
        {entries.some(({ state }) => state === 'done' || state === 'failed') && (
          <Button kind="quiet" onClick={studio.queue.clearEnded}>
            {t('queue.clear')}
          </Button>
        )}
      </div>
      <Sweep />
    </Part>
  )
}

function Entry({ entry: { id, name, run, state, runId, error } }: { entry: QueuedRun }) {
  const studio = useStudio()
  const words = useWords()
  const { t } = words
  const shown = name || `${t('queue.asSet')}${t('mark.colon')}learning_rate=${run.learning_rate} lora.r=${run.lora.r}`
  return (
    <li data-state={state}>
      <span>{state === 'done' && runId ? <a href={`#/runs/${runId}`}>{shown}</a> : shown}</span>{' '}
      <span className={styles.state}>{t(`queueState.${state}`)}</span>
      {state === 'failed' && (
        <Button kind="quiet" onClick={() => studio.queue.again(id)}>
          {t('queue.again')}
        </Button>
      )}
      {state !== 'running' && (
        <Button
          kind="quiet"
          aria-label={t('queue.removeThis', { name: shown })}
          onClick={() => studio.queue.remove(id)}
        >
          {t('queue.remove')}
        </Button>
      )}
      {error && <span className={styles.error}>{words.error(error)}</span>}
    </li>
  )
}

const NONE = ''
const paths = fieldGroups.flatMap(({ fields }) => fields.map(({ path }) => path))

/** Two fields with the values that they are to have in turn. */
function Sweep() {
  const studio = useStudio()
  const { t } = useWords()
  const [axes, setAxes] = useState([
    { field: 'learning_rate', values: '' },
    { field: NONE, values: '' },
  ])
  const given = axes.flatMap(({ field, values }): SweepAxis[] => {
    const axis = field === NONE ? null : readAxis(`${field}=${values.replaceAll('，', ',')}`)
    return axis ? [axis] : []
  })
  const add = () => {
    try {
      studio.queue.sweep(studio.train.store.getState().run, given)
      setAxes(axes.map(({ field }) => ({ field, values: '' })))
    } catch (error) {
      studio.notices.fail(error)
    }
  }
  return (
    <details>
      <summary>{t('queue.sweep')}</summary>
      {axes.map((axis, i) => (
        <Axis
          key={i}
          {...axis}
          onChange={(part) => setAxes(axes.map((one, k) => (k === i ? { ...one, ...part } : one)))}
        />
      ))}
      <Button disabled={given.length === 0} onClick={add}>
        {t('queue.addSweep')}
      </Button>
    </details>
  )
}

interface AxisProps {
  field: string
  values: string
  onChange(part: { field?: string; values?: string }): void
}

function Axis({ field, values, onChange }: AxisProps) {
  const { t } = useWords()
  const id = useId()
  const options = [{ value: NONE, label: t('queue.none') }, ...paths.map((path) => ({ value: path, label: path }))]
  return (
    <div className={styles.axis}>
      <label htmlFor={id}>{t('queue.field')}</label>
      <Select id={id} value={field} options={options} onChange={(next) => onChange({ field: next })} />
      <label htmlFor={`${id}-values`}>{t('queue.values')}</label>
      <input
        id={`${id}-values`}
        className="num"
        value={values}
        placeholder="1e-4, 2e-4"
        onChange={(event) => onChange({ values: event.target.value })}
      />
    </div>
  )
}
