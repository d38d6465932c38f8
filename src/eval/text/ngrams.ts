/** How often each run of n items stands in a list; runs are joined by a sign that no text holds. */
export function ngrams(items: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + n <= items.length; i++) {
    const gram = items.slice(i, i + n).join('\u0000')
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

/** Sum of all counts. */
export function total(counts: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const count of counts.values()) sum += count
  return sum
}

/** Runs that stand in both, each as often as in the poorer. */
export function shared(first: ReadonlyMap<string, number>, second: ReadonlyMap<string, number>): number {
  let sum = 0
  for (const [gram, count] of first) sum += Math.min(count, second.get(gram) ?? 0)
  return sum
}
