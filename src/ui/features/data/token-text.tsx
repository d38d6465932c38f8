import { memo, useState } from 'react'
import { useWords } from '../../studio-context'
import type { PreviewRow, PreviewToken } from '../../../contracts/data'
import styles from './data.module.css'

/** A long row is shown up to here; the rest is a click away, so that the page stays quick. */
const FIRST_TOKENS = 400

/**
 * One row as its tokens. The row is one stop for Tab; arrows walk its tokens, hover points at one, and the line below
 * says id, text, trained or not.
 */
export const TokenText = memo(function TokenText({ row }: { row: PreviewRow }) {
  const { t, num } = useWords()
  const [at, setAt] = useState<number | null>(null)
  const [whole, setWhole] = useState(false)
  const start = whole ? 0 : openingOf(row)
  const tokens = whole ? row.tokens : row.tokens.slice(start, start + FIRST_TOKENS)
  const trained = row.tokens.filter((token) => token.trained).length
  const walk = (by: number) => setAt((now) => Math.max(0, Math.min(tokens.length - 1, (now ?? (by > 0 ? -1 : 0)) + by)))
  const here = at === null ? null : tokens[at]
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
            })
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

const TokenSpan = memo(function TokenSpan({
  token,
  index,
  here,
}: {
  token: PreviewToken
  index: number
  here: boolean
}) {
  const lines = token.text.split('\n')
  return (
    <span
      className={token.special ? `${styles.token} ${styles.tokenSpecial}` : styles.token}
      data-index={index}
      data-trained={token.trained}
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
