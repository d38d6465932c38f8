import type { RatePoint, RateSearch } from '../../../contracts/rate'
import { isRunning } from '../../../state/train-room'
import { Button } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { ProgressBar } from '../../kit/progress-bar'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './rate-finder.module.css'

/** Beside the learning rate: a search for one on a copy of the adapter, its curve, what it suggests and why. */
export function RateFinder() {
  const studio = useStudio()
  const { t, measure } = useWords()
  const { searching, points, steps, result, error } = useFields(
    studio.rates.store,
    'searching',
    'points',
    'steps',
    'result',
    'error',
  )
  const isIdle = useStore(studio.train.store, ({ phase, plan }) => !isRunning(phase) && plan !== null)
  const last = points.at(-1)
  const find = () => {
    const { run, continueAdapter } = studio.train.store.getState()
    return studio.rates.search(run, continueAdapter)
  }
  return (
    <div className={styles.finder}>
      {searching ? (
        <>
          <ProgressBar label={t('rate.find')} done={points.length} total={steps} />
          {last && (
            <p className="muted num">
              {t('rate.finding', {
                step: points.length,
                steps,
                loss: measure(last.smoothed),
                rate: short(last.learning_rate),
              })}
            </p>
          )}
          <Button onClick={studio.rates.stop}>{t('cancel')}</Button>
        </>
      ) : (
        <Button disabled={!isIdle} onClick={() => void find()}>
          {t('rate.find')}
        </Button>
      )}
      <ErrorNote error={error} />
      {points.length > 1 && <RateChart points={points} suggestion={result?.suggestion ?? null} />}
      {result && <Suggestion result={result} />}
    </div>
  )
}

function Suggestion({ result: { suggestion, reason, ended } }: { result: RateSearch }) {
  const studio = useStudio()
  const { t } = useWords()
  const why = (): string => {
    if (reason.kind !== 'valley') return t(`rate.${reason.kind}`)
    const { from, to, rises } = reason
    const valley = t('rate.valley', { rate: short(suggestion!), from: short(from), to: short(to) })
    return [valley, rises !== null && t('rate.rises', { rises: short(rises) }), ended === 'broke' && t('rate.broke')]
      .filter(Boolean)
      .join(' ')
  }
  const use = () => {
    studio.train.enter('learning_rate', Number(short(suggestion!)))
    studio.rates.forget()
  }
  return (
    <>
      <p>{why()}</p>
      <p className="muted">{t('rate.note')}</p>
      <div className="row">
        {suggestion !== null && <Button onClick={use}>{t('rate.use', { rate: short(suggestion) })}</Button>}
        <Button kind="quiet" onClick={studio.rates.forget}>
          {t('close')}
        </Button>
      </div>
    </>
  )
}

/** A rate with two digits, as it is typed. */
const short = (rate: number) => String(Number(rate.toPrecision(2)))

const WIDTH = 320
const HEIGHT = 120

/** The smoothed loss over the logarithm of the rate, the suggestion marked. */
function RateChart({ points, suggestion }: { points: readonly RatePoint[]; suggestion: number | null }) {
  const { t } = useWords()
  const values = points.map(({ smoothed }) => smoothed)
  const low = Math.min(...values)
  // A curve that broke would press everything before it flat.
  const high = Math.min(Math.max(...values), 2 * values[0])
  const [from, to] = [points[0].learning_rate, points.at(-1)!.learning_rate].map(Math.log)
  const x = (rate: number) => 4 + ((Math.log(rate) - from) / (to - from || 1)) * (WIDTH - 8)
  const y = (loss: number) => 4 + (1 - (Math.min(loss, high) - low) / (high - low || 1)) * (HEIGHT - 8)
  const line = points.map((p, i) => `${i ? 'L' : 'M'}${x(p.learning_rate)} ${y(p.smoothed)}`).join('')
  return (
    <figure>
      <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('rate.title')}>
        {suggestion !== null && <line x1={x(suggestion)} x2={x(suggestion)} y1={0} y2={HEIGHT} />}
        <path d={line} />
      </svg>
      <figcaption className="num muted">
        <span>{short(points[0].learning_rate)}</span> <span>{short(points.at(-1)!.learning_rate)}</span>
      </figcaption>
    </figure>
  )
}
