import { useEffect, useRef } from 'react'
import { useStore } from '../../read-store'
import type { Answer, AnswerSide, Side } from '../../../state/try-room'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import styles from './try.module.css'

/** One question and what base and tuned model say to it. */
export function AnswerView({ answer }: { answer: Answer }) {
  const studio = useStudio()
  const { t } = useWords()
  const pinned = useStore(studio.prefs, (prefs) => prefs.pinnedPrompts.includes(answer.prompt))
  const togglePin = () =>
    studio.prefs.setState(({ pinnedPrompts }) => ({
      pinnedPrompts: pinned
        ? pinnedPrompts.filter((one) => one !== answer.prompt)
        : [answer.prompt, ...pinnedPrompts].slice(0, 8),
    }))
  const article = useRef<HTMLElement>(null)
  const isNew = answer.base.status !== 'done'
  useEffect(() => {
    // Settings that are unfolded, or answers below which it was asked, leave it out of sight.
    if (isNew) article.current?.scrollIntoView({ block: 'nearest' })
    // Where it stands is the person's own from then on.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  return (
    <article className={styles.answer} ref={article}>
      <header>
        <p className={styles.question}>{answer.prompt}</p>
        <Button kind="quiet" aria-pressed={pinned} onClick={togglePin}>
          {pinned ? t('try.unpin') : t('try.pin')}
        </Button>
      </header>
      <div className={styles.sides}>
        <SideView answer={answer} side="base" content={answer.base} />
        {answer.tuned && <SideView answer={answer} side="tuned" content={answer.tuned} />}
      </div>
    </article>
  )
}

function SideView({ answer, side, content }: { answer: Answer; side: Side; content: AnswerSide }) {
  const studio = useStudio()
  const { t, num } = useWords()
  const facts = [
    t('tokens', { n: content.tokens }),
    content.tokensPerSecond > 0 &&
      t('train.tokensPerSecond', { n: num(content.tokensPerSecond, { maximumFractionDigits: 1 }) }),
    content.strength !== undefined && t('try.ofStrength', { strength: content.strength.toFixed(2) }),
    content.finish && content.finish !== 'stop' && t(`finish.${content.finish}`),
  ]
  return (
    <section className={`${styles.side} ${styles[side]}`} aria-label={t(`try.${side}`)}>
      <h2>{t(`try.${side}`)}</h2>
      <div
        className={styles.sideText}
        data-status={content.status}
        aria-live={content.status === 'done' ? 'polite' : 'off'}
      >
        {content.text ||
          (content.status === 'done' ? (
            <span className="muted">{t('try.noText')}</span>
          ) : (
            <span className="muted">…</span>
          ))}
      </div>
      <footer>
        <span className="muted num">{facts.filter(Boolean).join(' · ')}</span>
        {content.status === 'done' && (
          <span className="row">
            {answer.tuned && (
              <Button kind="quiet" aria-pressed={answer.vote === side} onClick={() => studio.try.vote(answer.id, side)}>
                {answer.vote === side ? t('try.voted') : t('try.vote')}
              </Button>
            )}
            <Button kind="quiet" onClick={() => void navigator.clipboard.writeText(content.text)}>
              {t('copy')}
            </Button>
          </span>
        )}
      </footer>
    </section>
  )
}
