import { byMeaning, type Embed } from './by-meaning'
import { byWords } from './by-words'
import { cutDocuments, type Document, type Passage } from './cut'
import { termsOf } from './terms'

/** Documents that are searched. */
export interface Passages {
  /** For each text the passages that fit it best, the best first. */
  find(texts: readonly string[], most: number): Promise<Passage[][]>
  /**
   * How much of a claim stands in a passage, 0 to 1: its terms, each with the weight of how seldom it is (idf). 0 where
   * a number of the claim is not there.
   */
  overlap(claim: string, passage: Passage): number
}

/**
 * Documents cut into passages and searched: by their words, or with `embed` by their meaning. Throws
 * 'eval-document-empty', and what `embed` throws.
 */
export async function searchPassages(documents: readonly Document[], embed?: Embed): Promise<Passages> {
  const passages = cutDocuments(documents)
  const find = embed ? await byMeaning(passages, embed) : await byWords(passages)
  const terms = new Map(passages.map((passage) => [passage, new Set(termsOf(passage.text))]))
  const holding = new Map<string, number>()
  for (const set of terms.values()) for (const term of set) holding.set(term, (holding.get(term) ?? 0) + 1)
  const weight = (term: string) => Math.log(1 + passages.length / (0.5 + (holding.get(term) ?? 0)))
  return {
    find,
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
