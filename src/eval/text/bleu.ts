import { ngrams, shared, total } from './ngrams'
import { bleuTokens } from './tokens'

/**
 * BLEU (Papineni et al. 2002) as sacrebleu 2.6 counts it: n-grams up to 4, the closest reference's length, zero counts
 * smoothed exponentially.
 */
const ORDER = 4

/** What one answer adds to corpus BLEU: [its length, the reference's, n-grams that match x 4, all its n-grams x 4]. */
export function bleuParts(answer: string, references: readonly string[], tokenizer: '13a' | 'zh'): number[] {
  const words = bleuTokens(answer, tokenizer)
  const wanted = references.map((reference) => bleuTokens(reference, tokenizer))
  const correct: number[] = []
  const totals: number[] = []
  for (let n = 1; n <= ORDER; n++) {
    const found = ngrams(words, n)
    correct.push(shared(found, mostOf(wanted.map((one) => ngrams(one, n)))))
    totals.push(total(found))
  }
  return [
    words.length,
    closest(
      wanted.map(({ length }) => length),
      words.length,
    ),
    ...correct,
    ...totals,
  ]
}

/** Corpus BLEU of summed parts, 0 to 100. `effectiveOrder`: orders that the text is too short for do not count. */
export function bleuOf(sums: readonly number[], { effectiveOrder }: { effectiveOrder: boolean }): number {
  const [length, wanted] = sums
  const correct = sums.slice(2, 2 + ORDER)
  const totals = sums.slice(2 + ORDER)
  if (!correct.some((count) => count > 0)) return 0
  let order = ORDER
  let halving = 1
  let logs = 0
  for (let n = 1; n <= ORDER; n++) {
    if (totals[n - 1] === 0) {
      // No run of this length at all: without effective order its precision is 0, and with it the score.
      if (!effectiveOrder) return 0
      break
    }
    if (effectiveOrder) order = n
    if (correct[n - 1] === 0) halving *= 2
    logs += Math.log(correct[n - 1] === 0 ? 100 / (halving * totals[n - 1]) : (100 * correct[n - 1]) / totals[n - 1])
  }
  const brevity = length < wanted ? Math.exp(1 - wanted / length) : 1
  return brevity * Math.exp(logs / order)
}

/** The counts of each run in the reference that has it oftenest. */
function mostOf(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const most = new Map<string, number>()
  for (const one of all) for (const [gram, count] of one) most.set(gram, Math.max(count, most.get(gram) ?? 0))
  return most
}

/** The length closest to the answer's, the shorter of two. */
const closest = (lengths: readonly number[], length: number) =>
  lengths.reduce((best, one) => {
    const gap = Math.abs(one - length) - Math.abs(best - length)
    return gap < 0 || (gap === 0 && one < best) ? one : best
  })
