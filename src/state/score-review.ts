import type { StoreApi } from 'zustand/vanilla'
import type { ScoredSuite } from '../eval/run/runner'
import { cohenKappa } from '../eval/statistics/kappa'
import { shareOf } from '../eval/statistics/wilson'
import type { Estimate } from '../eval/types'
import { readReviewFile, reviewFile, type ReviewCard, type ReviewedCards, type Vote } from './review-file'

export interface ReviewState {
  cards: ReviewCard[]
  votes: Vote[]
  /** Votes of whoever sent these cards, unseen until all have theirs; null where they are of this page's own scores. */
  sent: Vote[] | null
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
      set({ cards, votes: [], sent: null, result: null, agreement: null })
    },
    /** Cards that another person sent, as blind as they were there; no scores are needed. */
    open(text: string): boolean {
      const file = readReviewFile(text)
      if (file) set({ cards: file.cards, votes: [], sent: file.votes, result: null, agreement: null })
      return file !== null
    },
    vote(vote: Vote) {
      const { review } = store.getState()
      if (!review || review.votes.length >= review.cards.length) return
      const { cards, sent } = review
      const votes = [...review.votes, vote]
      if (votes.length < cards.length) return set({ ...review, votes })
      const agreement = sent?.length === cards.length ? agreementOf({ cards, votes }, { cards, votes: sent }) : null
      set({ ...review, votes, result: resultOf(cards, votes), agreement })
    },

    /** For a second person, or back to the first: which side is whose, and the votes, cannot be read in it. */
    file: (): string => reviewFile(store.getState().review!),
    /** A second person's votes beside these, matched by card. */
    compare(text: string): boolean {
      const { review } = store.getState()
      const other = readReviewFile(text)
      if (!review || !other) return false
      const agreement = agreementOf(review, other)
      set({ ...review, agreement })
      return agreement.cards > 0
    },
  }
}

function agreementOf(first: ReviewedCards, second: ReviewedCards) {
  const both = first.cards.flatMap((card, i) => {
    const at = second.cards.findIndex(({ id }) => id === card.id)
    const [mine, theirs] = [first.votes[i], second.votes[at]]
    return mine && theirs ? [[meant(card, mine), meant(second.cards[at], theirs)] as const] : []
  })
  const [mine, theirs] = ([0, 1] as const).map((who) => both.map((pair) => pair[who]))
  return { cards: both.length, kappa: cohenKappa(mine, theirs) }
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
