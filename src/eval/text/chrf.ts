import { splitWords } from '../python/text'
import { ngrams, shared, total } from './ngrams'

/** chrF2 (Popovic 2015) as sacrebleu 2.6 counts it: characters without white space, runs of 1 to 6, recall twice. */
const ORDER = 6
const BETA2 = 4

/** What one answer adds to corpus chrF: for each order its runs, the reference's and those that match. */
export function chrfParts(answer: string, references: readonly string[]): number[] {
  const chars = characters(answer)
  const all = references.map((reference) => {
    const wanted = characters(reference)
    const parts: number[] = []
    for (let n = 1; n <= ORDER; n++) {
      const [found, sought] = [ngrams(chars, n), ngrams(wanted, n)]
      parts.push(sought.size > 0 ? total(found) : 0, total(sought), shared(found, sought))
    }
    return parts
  })
  return all.reduce((best, one) => (chrfOf(one) > chrfOf(best) ? one : best))
}

/** chrF of summed parts, 0 to 100: the F-score of the mean precision and the mean recall over the orders there are. */
export function chrfOf(sums: readonly number[]): number {
  let [precision, recall, orders] = [0, 0, 0]
  for (let i = 0; i < 3 * ORDER; i += 3) {
    const [found, wanted, matching] = sums.slice(i, i + 3)
    if (found === 0 || wanted === 0) continue
    precision += matching / found
    recall += matching / wanted
    orders++
  }
  if (precision + recall === 0) return 0
  precision /= orders
  recall /= orders
  // In sacrebleu's order, since of two references that are as good the rounding decides.
  return 100 * (((1 + BETA2) * precision * recall) / (BETA2 * precision + recall))
}

const characters = (text: string) => Array.from(splitWords(text).join(''))
