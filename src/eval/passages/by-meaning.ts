import type { Passage } from './cut'

/** Texts -> a vector of length 1 for each, all of one size. */
export type Embed = (texts: readonly string[]) => Promise<Float32Array[]>

/** Every passage by the cosine of its vector with a text's, the nearest first; of two as near, the earlier. */
export async function byMeaning(
  passages: readonly Passage[],
  embed: Embed,
): Promise<(texts: readonly string[], most: number) => Promise<Passage[][]>> {
  const known = await embed(passages.map(({ text }) => text))
  return async (texts, most) => {
    const asked = texts.length > 0 ? await embed(texts) : []
    return asked.map((vector) => {
      const near = known.map((other) => dot(vector, other))
      const order = passages.map((_, i) => i).sort((a, b) => near[b] - near[a] || a - b)
      return order.slice(0, most).map((i) => passages[i])
    })
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}
