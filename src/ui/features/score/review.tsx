import { useEffect, useState } from 'react'
import type { ReviewCard, Vote } from '../../../state/review-file'
import type { ReviewState } from '../../../state/score-review'
import { pickFile, saveBlob } from '../../files'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './score.module.css'

/** Both answers without their names; keys 1, 2 and 0 while no field has the focus. */
export function Review() {
  const studio = useStudio()
  const { t } = useWords()
  const { review, scores } = useFields(studio.score.store, 'review', 'scores')
  const [isForeign, setForeign] = useState(false)
  const card = review?.cards[review.votes.length]
  const open = async () => {
    const file = await pickFile(['.json'])
    if (file) setForeign(!studio.score.review.open(await file.text()))
  }
  return (
    <Part title={t('score.review')}>
      <p className="muted">{t('score.reviewLead')}</p>
      {!review && (
        <div className="row">
          {scores && scores.verdicts.length > 0 && <ActionButton id="score.review" />}
          <Button kind="quiet" onClick={() => void open()}>
            {t('score.openReview')}
          </Button>
        </div>
      )}
      {isForeign && <p>{t('score.noReview')}</p>}
      {review && review.cards.length === 0 && <p>{t('score.noCards')}</p>}
      {card && <Card key={card.id} card={card} n={review.votes.length + 1} total={review.cards.length} />}
      {review?.result && <Result review={review} />}
    </Part>
  )
}

const KEYS: Record<string, Vote> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowDown: 'none' }

function Card({ card, n, total }: { card: ReviewCard; n: number; total: number }) {
  const { review } = useStudio().score
  const { t } = useWords()
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const vote = KEYS[event.key]
      if (!vote || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.target instanceof Element && event.target.closest('input, textarea, select, [tabindex="0"]')) return
      event.preventDefault()
      review.vote(vote)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [review])
  return (
    <div className={styles.card} role="group" aria-label={t('score.card', { n, total })}>
      <p className="muted num">{t('score.card', { n, total })}</p>
      <p className={styles.question}>{card.question}</p>
      <div className={styles.sides}>
        <section aria-label={t('score.leftAnswer')}>{card.left}</section>
        <section aria-label={t('score.rightAnswer')}>{card.right}</section>
      </div>
      <div className="row">
        <Button aria-keyshortcuts="ArrowLeft" onClick={() => review.vote('left')}>
          {t('score.left.better')}
        </Button>
        <Button aria-keyshortcuts="ArrowDown" onClick={() => review.vote('none')}>
          {t('score.cannotTell')}
        </Button>
        <Button aria-keyshortcuts="ArrowRight" onClick={() => review.vote('right')}>
          {t('score.right.better')}
        </Button>
      </div>
    </div>
  )
}

function Result({ review: { result, agreement, sent } }: { review: ReviewState }) {
  const studio = useStudio()
  const { t, num, percent } = useWords()
  const [isForeign, setForeign] = useState(false)
  const { tuned, base, none, share } = result!
  const compare = async () => {
    const file = await pickFile(['.json'])
    if (file) setForeign(!studio.score.review.compare(await file.text()))
  }
  return (
    <div className={styles.result} role="status">
      <p>{t('score.reviewResult', { tuned, base, none })}</p>
      {share && (
        <p className="num">
          {t('score.reviewShare', {
            value: percent(share.value),
            low: percent(share.interval[0]),
            high: percent(share.interval[1]),
            n: share.n,
          })}
        </p>
      )}
      {agreement && (
        <p className="num">
          {agreement.kappa === null
            ? t('score.agreementNone', { n: agreement.cards })
            : t('score.agreement', { n: agreement.cards, kappa: num(agreement.kappa, { maximumFractionDigits: 2 }) })}
        </p>
      )}
      {isForeign && <p>{t('score.notAReview')}</p>}
      <div className="row">
        <Button
          onClick={() => saveBlob('review.json', new Blob([studio.score.review.file()], { type: 'application/json' }))}
        >
          {t(sent ? 'score.saveReviewBack' : 'score.saveReview')}
        </Button>
        <Button onClick={() => void compare()}>{t('score.readReview')}</Button>
        <ActionButton id="score.review" kind="quiet" />
      </div>
    </div>
  )
}
