import { fnv32, fnv32OfText } from '../contracts/hash'

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

/** Cards with a person's votes; fewer votes than cards where the person is not through. */
export interface ReviewedCards {
  cards: ReviewCard[]
  votes: Vote[]
}

const FORMAT = 'tunetab-review/2'

/**
 * A review for another person: cards open, and whose answer stands where together with the votes sealed, so that
 * nobody reads them by looking into the file. A blindfold, no secret: this code opens it.
 */
export function reviewFile({ cards, votes }: ReviewedCards): string {
  const shown = cards.map(({ id, question, left, right }) => ({ id, question, left, right }))
  const inside = new TextEncoder().encode(JSON.stringify({ tuned: cards.map(({ tuned }) => tuned), votes }))
  const sealed = btoa(String.fromCharCode(...veiled(inside, shown)))
  return `${JSON.stringify({ format: FORMAT, cards: shown, sealed }, null, 2)}\n`
}

/** null where the text is no such file, or its cards were changed. */
export function readReviewFile(text: string): ReviewedCards | null {
  try {
    const { format, cards, sealed } = JSON.parse(text) as {
      format?: string
      cards: Omit<ReviewCard, 'tuned'>[]
      sealed: string
    }
    if (format !== FORMAT) return null
    const shown = cards.map(({ id, question, left, right }) => ({ id, question, left, right }))
    if (!shown.every((card) => Object.values(card).every((one) => typeof one === 'string'))) return null
    const bytes = Uint8Array.from(atob(sealed), (sign) => sign.charCodeAt(0))
    const { tuned, votes } = JSON.parse(new TextDecoder().decode(veiled(bytes, shown))) as {
      tuned: ReviewCard['tuned'][]
      votes: Vote[]
    }
    if (tuned.length !== cards.length || votes.length > cards.length) return null
    return { cards: shown.map((card, i) => ({ ...card, tuned: tuned[i] })), votes }
  } catch {
    return null
  }
}

/** Bytes under a stream that follows from the cards; twice gives them back. */
function veiled(bytes: Uint8Array, cards: unknown): Uint8Array {
  let state = fnv32OfText(JSON.stringify(cards))
  return bytes.map((byte, i) => {
    state = fnv32(state, i)
    return byte ^ ((state >>> 16) & 0xff)
  })
}
