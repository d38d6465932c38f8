import { ngrams, shared } from './ngrams'
import { answerTokens, isChinese } from './tokens'

/** Exact match of SQuAD (Rajpurkar et al. 2016): the same words in the same order, without case, signs and articles. */
export function exactMatch(answer: string, references: readonly string[]): number {
  return best(answer, references, (found, wanted) => (found.join(' ') === wanted.join(' ') ? 1 : 0))
}

/** SQuAD's F1 over words in any order, of the best reference. */
export function f1(answer: string, references: readonly string[]): number {
  return best(answer, references, (found, wanted) => {
    const common = shared(ngrams(found, 1), ngrams(wanted, 1))
    if (common === 0) return 0
    const [precision, recall] = [common / found.length, common / wanted.length]
    return (2 * precision * recall) / (precision + recall)
  })
}

/** Whether a text holds another, word for word. */
export function holdsWords(text: string, wanted: string): boolean {
  const chinese = isChinese(wanted) || isChinese(text)
  const words = (one: string) => ` ${answerTokens(one, chinese).join(' ')} `
  return words(text).includes(words(wanted))
}

function best(
  answer: string,
  references: readonly string[],
  score: (found: readonly string[], wanted: readonly string[]) => number,
): number {
  return Math.max(
    ...references.map((reference) => {
      const chinese = isChinese(reference)
      return score(answerTokens(answer, chinese), answerTokens(reference, chinese))
    }),
  )
}
