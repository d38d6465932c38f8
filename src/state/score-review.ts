import type { StoreApi } from 'zustand/vanilla'
import type { ScoredSuite } from '../eval/run/runner'
import { cohenKappa } from '../eval/statistics/kappa'
import { shareOf } from '../eval/statistics/wilson'
import type { Estimate } from '../eval/types'

export type Vote = 'left' | 'right' | 'none'

/** One question with both answers, the side of each drawn. */
export interface ReviewCard {
  id: string
  question: string
  left: string
  right: string
  /** Which side the tuned model's answer stands on; hidden until all are seen. */
  tuned: 'left' | 'right'
}

export interface ReviewState {
  cards: ReviewCard[]
  votes: Vote[]
  /** Set when every card has its vote. */
  result: { tuned: number; base: number; none: number; share: Estimate | null } | null
  /** Agreement with a second person's votes on the same cards; null where they have no label in common to differ by. */
  agreement: { cards: number; kappa: number | null } | null
}

const CARDS = 5

/** Blind review: the answers that differ most in their figures come first, sides by a seed that the cards carry. */
export function createReview(
  store: Pick<StoreApi<{ review: ReviewState | null }>, 'getState' | 'setState'>,
  scored: () => readonly ScoredSuite[],
) {
  const set = (review: ReviewState | null) => store.setState({ review })

  function pairs() {
    const shown = scored().filter(({ suite }) => suite.score !== 'recall' && suite.score !== 'truth')
    return shown.flatMap(({ suite, items }) =>
      items.flatMap(({ id, messages, results: { base, tuned } }) => {
        if (!base?.answer || !tuned?.answer || base.answer.text === tuned.answer.text) return []
        const question = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? ''
        const moved = Object.keys(tuned.parts).reduce((sum, name) => {
          const [a, b] = [tuned.parts[name], base.parts[name] ?? []]
          return sum + Math.abs((a[0] ?? 0) / (a[1] || 1) - (b[0] ?? 0) / (b[1] || 1))
        }, 0)
        return [{ id: `${suite.name}/${id}`, question, base: base.answer.text, tuned: tuned.answer.text, moved }]
      }),
    )
  }

  return {
    begin() {
      const chosen = pairs()
        .sort((a, b) => b.moved - a.moved)
        .slice(0, CARDS)
      const cards = chosen.map(({ id, question, base, tuned }): ReviewCard => {
        const isLeft = crypto.getRandomValues(new Uint8Array(1))[0] % 2 === 0
        const [left, right] = isLeft ? [tuned, base] : [base, tuned]
        return { id, question, left, right, tuned: isLeft ? 'left' : 'right' }
      })
      set({ cards, votes: [], result: null, agreement: null })
    },
    vote(vote: Vote) {
      const { review } = store.getState()
      if (!review || review.votes.length >= review.cards.length) return
      const votes = [...review.votes, vote]
      set({ ...review, votes, result: votes.length === review.cards.length ? resultOf(review.cards, votes) : null })
    },
    close: () => set(null),

    /** For a second person: cards without their solution beside it, and the first person's votes. */
    file(): string {
      const { cards, votes } = store.getState().review!
      return `${JSON.stringify({ format: 'tunetab-review/1', cards, votes }, null, 2)}\n`
    },
    /** A second person's votes beside these, matched by card. */
    compare(text: string): boolean {
      const { review } = store.getState()
      const other = readReview(text)
      if (!review || !other) return false
      const both = review.cards.flatMap((card, i) => {
        const at = other.cards.findIndex(({ id }) => id === card.id)
        const [mine, theirs] = [review.votes[i], other.votes[at]]
        return mine && theirs ? [[meant(card, mine), meant(other.cards[at], theirs)] as const] : []
      })
      const kappa = cohenKappa(
        both.map(([first]) => first),
        both.map(([, second]) => second),
      )
      set({ ...review, agreement: { cards: both.length, kappa } })
      return both.length > 0
    },
  }
}

/** Whom a vote was for, whatever side it stood on. */
const meant = ({ tuned }: Pick<ReviewCard, 'tuned'>, vote: Vote) =>
  vote === 'none' ? 'none' : vote === tuned ? 'tuned' : 'base'

function resultOf(cards: readonly ReviewCard[], votes: readonly Vote[]) {
  const all = cards.map((card, i) => meant(card, votes[i]))
  const count = (whom: string) => all.filter((one) => one === whom).length
  const [tuned, base, none] = ['tuned', 'base', 'none'].map(count)
  return { tuned, base, none, share: shareOf(tuned, tuned + base) }
}

function readReview(text: string): { cards: ReviewCard[]; votes: Vote[] } | null {
  try {
    const value = JSON.parse(text) as { format?: string; cards: ReviewCard[]; votes: Vote[] }
    return value.format === 'tunetab-review/1' && Array.isArray(value.cards) && Array.isArray(value.votes)
      ? value
      : null
  } catch {
    return null
  }
}
