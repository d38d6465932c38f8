import type { Estimate } from '../types'

/** Two-sided 95 %. */
const Z = 1.959963984540054

/**
 * A share with Wilson's score interval (Wilson 1927), which stays within 0 and 1 and says something for 0 of n, too.
 * null where there is nothing to count.
 */
export function shareOf(successes: number, n: number, designEffect = 1): Estimate | null {
  if (n === 0) return null
  const value = successes / n
  const effective = n / designEffect
  const z2 = Z ** 2 / effective
  const centre = (value + z2 / 2) / (1 + z2)
  const half = (Z / (1 + z2)) * Math.sqrt((value * (1 - value)) / effective + z2 / (4 * effective))
  return { value, n, interval: [successes === 0 ? 0 : centre - half, successes === n ? 1 : centre + half] }
}

/**
 * The share of successes in groups whose members hang together, such as the rules of one prompt. Its n is divided by
 * the design effect (Kish 1965: the variance between groups over that of as many independent draws), which never makes
 * it smaller than the number of groups' or larger than all members'.
 */
export function clusteredShare(groups: boolean[][]): Estimate | null {
  const kept = groups.filter((group) => group.length > 0)
  const n = kept.reduce((sum, group) => sum + group.length, 0)
  const successes = kept.reduce((sum, group) => sum + group.filter(Boolean).length, 0)
  if (n === 0) return null
  const share = successes / n
  const most = n / kept.length
  if (share === 0 || share === 1 || kept.length === 1) return shareOf(successes, n, most)
  const spread = kept.reduce((sum, group) => sum + (group.filter(Boolean).length - share * group.length) ** 2, 0)
  const between = (spread * kept.length) / (kept.length - 1) / n ** 2
  const effect = between / ((share * (1 - share)) / n)
  return shareOf(successes, n, Math.min(Math.max(effect, 1), most))
}
