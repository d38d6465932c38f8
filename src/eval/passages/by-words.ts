import type { Passage } from './cut'
import { termsOf } from './terms'

/** An index by BM25 (minisearch's BM25+), loaded when there are documents. Nothing in common is nothing found. */
export async function byWords(
  passages: readonly Passage[],
): Promise<(texts: readonly string[], most: number) => Promise<Passage[][]>> {
  const { default: MiniSearch } = await import('minisearch')
  const index = new MiniSearch<{ id: number; text: string }>({
    fields: ['text'],
    tokenize: termsOf,
    processTerm: (term) => term,
  })
  index.addAll(passages.map(({ text }, id) => ({ id, text })))
  return async (texts, most) =>
    texts.map((text) =>
      index
        .search(text, { combineWith: 'OR' })
        .slice(0, most)
        .map(({ id }) => passages[id as number]),
    )
}
