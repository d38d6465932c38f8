import type { Scores } from '../../../eval/run/scores'
import { differenceWord } from '../../../eval/statistics/difference-word'
import type { Estimate } from '../../../eval/types'
import { ErrorNote } from '../../kit/error-note'
import { Part } from '../../kit/room'
import { useWords, type Words } from '../../studio-context'

/** What the judge preferred, how often its two orders agree, its marks, and what it cost. */
export function JudgeResultPart({ scores: { judge, candidates } }: { scores: Scores }) {
  const words = useWords()
  const { t, num } = words
  if (!judge) return null
  const nameOf = (id: string) =>
    id === 'base' ? t('score.base') : (candidates.find((one) => one.id === id)?.name ?? id)
  const tokens = judge.cost.promptTokens + judge.cost.completionTokens
  return (
    <Part title={t('score.report.judge')}>
      {judge.isWeak && <p>{t('score.judge.weak')}</p>}
      {Object.entries(judge.results).map(([id, { counts, share, orderAgreement }]) => (
        <p key={`pair ${id}`} className="num">
          {t('score.report.judged', {
            candidate: nameOf(id),
            ...counts,
            agree: orderAgreement ? `${words.percent(orderAgreement.value)} (n ${orderAgreement.n})` : '–',
          })}{' '}
          {share && t('score.report.preferred', shown(share, words.percent))}
        </p>
      ))}
      {Object.entries(judge.ratings).map(([id, { mean, unclear, difference }]) => (
        <p key={`mark ${id}`} className="num">
          {mean
            ? t('score.judge.rating', { candidate: nameOf(id), unclear, ...shown(mean, mark(words)) })
            : t('score.judge.noRating', { candidate: nameOf(id), unclear })}{' '}
          {difference && t(`score.difference.${differenceWord(difference)}`, shown(difference, mark(words)))}
        </p>
      ))}
      <p className="num muted">
        {t('score.report.judgeCost', { model: judge.model, calls: judge.cost.calls, tokens: num(tokens) })}
      </p>
      <ErrorNote error={judge.error} />
    </Part>
  )
}

const mark =
  ({ num }: Words) =>
  (value: number) =>
    num(value, { maximumFractionDigits: 1 })

const shown = ({ value, interval: [low, high], n }: Estimate, text: (value: number) => string) => ({
  value: text(value),
  low: text(low),
  high: text(high),
  n,
})
