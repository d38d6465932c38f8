/**
 * Cohen's kappa (Cohen 1960): how far two people agree beyond what their own shares of each label would give by chance.
 * 1 is full agreement, 0 none beyond chance; null where both gave every row the same one label, or there are no rows.
 */
export function cohenKappa(first: readonly string[], second: readonly string[]): number | null {
  const n = first.length
  if (n !== second.length) throw new Error(`${n} and ${second.length} labels`)
  if (n === 0) return null
  const labels = [...new Set([...first, ...second])]
  const share = (given: readonly string[], label: string) => given.filter((one) => one === label).length / n
  const agreed = first.filter((label, i) => label === second[i]).length / n
  const byChance = labels.reduce((sum, label) => sum + share(first, label) * share(second, label), 0)
  return byChance === 1 ? null : (agreed - byChance) / (1 - byChance)
}
