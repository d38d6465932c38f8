import { useStore } from 'zustand'
import type { SampleRecord } from '../../../state/run-record'
import { Part } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'

/** What the model said to some rows on the way: one question after another, the newest answer first. */
export function SamplesView() {
  const studio = useStudio()
  const { t } = useWords()
  const { samples, outcome } = useStore(studio.train.store)
  if (samples.length === 0) return null
  const rows = [...new Set(samples.map(({ row }) => row))]
  return (
    <Part title={t('samples.title')}>
      <div className="said" tabIndex={0} role="group" aria-label={t('samples.title')}>
        {rows.map((row) => (
          <RowSamples key={row} samples={samples.filter((sample) => sample.row === row)} />
        ))}
      </div>
      {outcome?.reason === 'stopped' && samples.every(({ step }) => step === 0) && (
        <p className="muted">{t('samples.stoppedEarly')}</p>
      )}
    </Part>
  )
}

function RowSamples({ samples }: { samples: readonly SampleRecord[] }) {
  const { t } = useWords()
  const [{ question, expected }] = samples
  return (
    <article className="said-to">
      <h3>{shortened(question)}</h3>
      <dl>
        {[...samples].reverse().map(({ step, text, cut }, i) => (
          <div key={step} data-newest={i === 0 || undefined}>
            <dt className="num">{step === 0 ? t('samples.before') : t('samples.step', { step: String(step) })}</dt>
            <dd>
              {text || <span className="muted">{t('try.noText')}</span>}
              {cut && text && '…'}
            </dd>
          </div>
        ))}
        <div className="said-expected">
          <dt>{t('samples.expected')}</dt>
          <dd>{expected}</dd>
        </div>
      </dl>
    </article>
  )
}

/** A long question is known by its end: what is asked stands there. */
const shortened = (text: string) => (text.length > 160 ? `…${text.slice(-160)}` : text)
