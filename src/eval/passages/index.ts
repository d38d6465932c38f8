import { cutDocuments, type Document, type Passage } from './cut'
import { termsOf } from './terms'

/** Documents that are searched. */
export interface Passages {
  /** The passages that fit a text best, the best first. */
  find(text: string, most: number): Passage[]
  /**
   * How much of a claim stands in a passage, 0 to 1: its terms, each with the weight of how seldom it is (idf). 0 where
   * a number of the claim is not there.
   */
  overlap(claim: string, passage: Passage): number
}

/**
 * An index by BM25 (minisearch's BM25+), loaded when there are documents. Throws 'eval-document-empty'.
 */
export async function searchPassages(documents: readonly Document[]): Promise<Passages> {
  const { default: MiniSearch } = await import('minisearch')
  const passages = cutDocuments(documents)
  const index = new MiniSearch<{ id: number; text: string }>({
    fields: ['text'],
    tokenize: termsOf,
    processTerm: (term) => term,
  })
  index.addAll(passages.map(({ text }, id) => ({ id, text })))
  const terms = new Map(passages.map((passage) => [passage, new Set(termsOf(passage.text))]))
  const holding = new Map<string, number>()
  for (const set of terms.values()) for (const term of set) holding.set(term, (holding.get(term) ?? 0) + 1)
  const weight = (term: string) => Math.log(1 + passages.length / (0.5 + (holding.get(term) ?? 0)))
  return {
    find: (text, most) =>
      index
        .search(text, { combineWith: 'OR' })
        .slice(0, most)
        .map(({ id }) => passages[id as number]),
    overlap(claim, passage) {
      const there = terms.get(passage)!
      const wanted = [...new Set(termsOf(claim))]
      if (wanted.some((term) => /^\p{N}+$/u.test(term) && !there.has(term))) return 0
      const sum = (all: string[]) => all.reduce((total, term) => total + weight(term), 0)
      const all = sum(wanted)
      return all === 0 ? 0 : sum(wanted.filter((term) => there.has(term))) / all
    },
  }
}
