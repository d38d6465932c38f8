import type { Difference } from '../types'

/**
 * The word for a difference: its verdict, or `few` where its interval leaves 0 out and yet too few items differ for
 * that to say anything (`LEAST_DIFFERING`).
 */
export function differenceWord({ verdict, interval: [low, high] }: Difference): Difference['verdict'] | 'few' {
  return verdict === 'none' && (low > 0 || high < 0) ? 'few' : verdict
}
