import { memo, useState } from 'react'
import { useWords } from '../../studio-context'
import type { PreviewRow, PreviewToken, RowTokens } from '../../../contracts/data'
import styles from './data.module.css'

/** A long row is shown up to here; the rest is a click away, so that the page stays quick. */
const FIRST_TOKENS = 400

/**
 * One row as its tokens. The row is one stop for Tab; arrows walk its tokens, hover points at one, and the line below
 * says id, text, trained or not.
 */
export const TokenText = memo(function TokenText({ row }: { row: PreviewRow | RowTokens }) {
  const { t, num, percent } = useWords()
  const [at, setAt] = useState<number | null>(null)
  const [whole, setWhole] = useState(false)
  const start = whole ? 0 : openingOf(row)
  const tokens = whole ? row.tokens : row.tokens.slice(start, start + FIRST_TOKENS)
  const trained = row.tokens.filter((token) => token.trained).length
  const walk = (by: number) => setAt((now) => Math.max(0, Math.min(tokens.length - 1, (now ?? (by > 0 ? -1 : 0)) + by)))
  const here = at === null ? null : tokens[at]
  const oddsText = (token: ShownToken) => {
    const odds = oddsOf(token)
    if (!odds) return ''
    const before = percent(odds.before)
    const words =
      odds.after === null
        ? t('rows.tokenBase', { before })
        : t('rows.tokenOdds', { before, after: percent(odds.after) })
    return ` · ${words}`
  }
  return (
    <figure className={styles.tokenRow}>
      <div
        className={styles.tokenText}
        role="group"
        tabIndex={0}
        aria-label={t('data.rowLabel', { row: row.row, n: row.tokens.length, trained })}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') walk(1)
          else if (event.key === 'ArrowLeft') walk(-1)
          else return
          event.preventDefault()
        }}
        onPointerOver={(event) => {
          const index = (event.target as HTMLElement).dataset.index
          if (index !== undefined) setAt(Number(index))
        }}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
      >
        {start > 0 && (
          <button type="button" className="link" onClick={() => setWhole(true)}>
            {t('data.moreTokens', { n: start })}
          </button>
        )}
        {tokens.map((token, i) => (
          <TokenSpan key={i} token={token} index={i} here={i === at} />
        ))}
        {start + tokens.length < row.tokens.length && (
          <button type="button" className="link" onClick={() => setWhole(true)}>
            {t('data.moreTokens', { n: row.tokens.length - start - tokens.length })}
          </button>
        )}
      </div>
      <figcaption aria-live="polite" className="num">
        {here
          ? t('data.tokenFact', {
              id: String(here.id),
              text: here.text === '' ? t('data.partOfCharacter') : visible(here.text),
              state: here.trained ? t('data.isTrained') : t('data.notTrained'),
            }) + oddsText(here)
          : t('data.rowFact', { row: num(row.row), n: row.tokens.length, trained: num(trained) })}
        {row.truncated && ` · ${t('data.rowCut')}`}
      </figcaption>
    </figure>
  )
})

/** Some of what stands before it tells what is answered. */
const BEFORE_TRAINED = 40

/** Where a long row opens: a little before its first trained token. */
function openingOf({ tokens }: PreviewRow): number {
  const first = tokens.findIndex((token) => token.trained)
  return first > FIRST_TOKENS - BEFORE_TRAINED ? first - BEFORE_TRAINED : 0
}

type ShownToken = PreviewToken | RowTokens['tokens'][number]

/** Probability of a token under the base and with the adapter; null where it is not judged. */
function oddsOf(token: ShownToken): { before: number; after: number | null } | null {
  if (!('base' in token) || token.base === null) return null
  return { before: Math.exp(token.base), after: token.tuned === null ? null : Math.exp(token.tuned) }
}

/** Changes of probability from which on a token is coloured, weakly, plainly, strongly. */
const CHANGES = [0.05, 0.2, 0.5]

/** How much training changed a token's probability: up or down, in three strengths. */
function changeOf(token: ShownToken): string | undefined {
  const odds = oddsOf(token)
  if (!odds || odds.after === null) return undefined
  const change = odds.after - odds.before
  const strength = CHANGES.filter((least) => Math.abs(change) >= least).length
  return strength === 0 ? 'none' : `${change > 0 ? 'up' : 'down'}${strength}`
}

const TokenSpan = memo(function TokenSpan({ token, index, here }: { token: ShownToken; index: number; here: boolean }) {
  const lines = token.text.split('\n')
  return (
    <span
      className={token.special ? `${styles.token} ${styles.tokenSpecial}` : styles.token}
      data-index={index}
      data-trained={token.trained}
      data-change={changeOf(token)}
      data-here={here || undefined}
      data-part={token.text === '' || undefined}
    >
      {lines.length === 1
        ? token.text
        : lines.map((line, i) => (
            // A line break is a token's text like any other: shown as a mark, then made.
            <span key={i} data-index={index}>
              {line}
              {i < lines.length - 1 && (
                <>
                  <span className={styles.newline} data-index={index}>
                    ↵
                  </span>
                  <br />
                </>
              )}
            </span>
          ))}
    </span>
  )
})

/** Whitespace made visible, for the line that names a token. */
function visible(text: string): string {
  return text.replaceAll(' ', '␣').replaceAll('\n', '↵').replaceAll('\t', '⇥')
}
