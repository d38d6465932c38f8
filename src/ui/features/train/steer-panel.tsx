import { useState } from 'react'
import { isRunning } from '../../../state/train-room'
import { Button } from '../../kit/button'
import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'

/** What can be changed of a run that goes on, and what was. */
export function SteerPanel() {
  const studio = useStudio()
  const { t, num } = useWords()
  const { phase, plan, steps, steerings } = useFields(studio.train.store, 'phase', 'plan', 'steps', 'steerings')
  const [rate, setRate] = useState('')
  const running = isRunning(phase)
  if (!running && steerings.length === 0) return null
  const given = Number(rate.trim().replace(',', '.'))
  const canChange = rate.trim() !== '' && given > 0 && Number.isFinite(given)
  return (
    <section aria-label={t('steer.title')}>
      <h2>{t('steer.title')}</h2>
      {running && (
        <div className="row">
          <label>
            <code>learning_rate</code>{' '}
            <input
              className="num"
              inputMode="decimal"
              size={8}
              value={rate}
              onChange={(e) => setRate(e.target.value)}
            />
          </label>
          <Button
            disabled={!canChange}
            onClick={() => {
              studio.engine.steer({ learning_rate: given })
              setRate('')
            }}
          >
            {t('steer.rate')}
          </Button>
          {plan && (
            <Button onClick={() => studio.engine.steer({ steps: steps + plan.stepsPerEpoch })}>
              {t('steer.epoch')}
            </Button>
          )}
        </div>
      )}
      <ul>
        {steerings.map(({ after, learning_rate, steps: total }, i) => (
          <li key={i}>
            {learning_rate !== undefined && t('steer.rateChanged', { step: after, rate: String(learning_rate) })}
            {total !== undefined && t('steer.lengthened', { step: after, n: num(total) })}
            {learning_rate === undefined && total === undefined && t('steer.branched', { step: after })}
          </li>
        ))}
      </ul>
    </section>
  )
}
