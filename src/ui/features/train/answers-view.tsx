import type { AnswerRecord } from '../../../state/run-record'
import { Part } from '../../kit/room'
import { useWords } from '../../studio-context'
import styles from './train.module.css'

/** What the model said to some rows on the way: one question after another, the newest answer first. */
export function AnswersView({ answers, stopped }: { answers: readonly AnswerRecord[]; stopped: boolean }) {
  const { t } = useWords()
  if (answers.length === 0) return null
  const rows = [...new Set(answers.map(({ row }) => row))]
  return (
    <Part title={t('answers.title')}>
      <div className={styles.said} tabIndex={0} role="group" aria-label={t('answers.title')}>
        {rows.map((row) => (
          <AnswersToRow key={row} answers={answers.filter((answer) => answer.row === row)} />
        ))}
      </div>
      {stopped && answers.every(({ step }) => step === 0) && <p className="muted">{t('answers.stoppedEarly')}</p>}
    </Part>
  )
}

function AnswersToRow({ answers }: { answers: readonly AnswerRecord[] }) {
  const { t } = useWords()
  const [{ question, expected }] = answers
  return (
    <article className={styles.saidTo}>
      <h3>{shortened(question)}</h3>
      <dl>
        {[...answers].reverse().map(({ step, text, cut }, i) => (
          <div key={step} data-newest={i === 0 || undefined}>
            <dt className="num">{step === 0 ? t('answers.before') : t('answers.step', { step: String(step) })}</dt>
            <dd>
              {text || <span className="muted">{t('try.noText')}</span>}
              {cut && text && '…'}
            </dd>
          </div>
        ))}
        <div className={styles.saidExpected}>
          <dt>{t('answers.expected')}</dt>
          <dd>{expected}</dd>
        </div>
      </dl>
    </article>
  )
}

/** A long question is known by its end: what is asked stands there. */
const shortened = (text: string) => (text.length > 160 ? `…${text.slice(-160)}` : text)
