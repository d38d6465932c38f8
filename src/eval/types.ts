/** A figure with what it rests on; an interval holds the true value in 95 of 100 cases. */
export interface Estimate {
  value: number
  /** Answers, rules or pairs counted. */
  n: number
  interval: [low: number, high: number]
}

/** How a figure of one candidate stands to that of another on the same rows. */
export interface Difference extends Estimate {
  /** 'none' where the interval holds 0 or too few pairs differ to tell. */
  verdict: 'higher' | 'lower' | 'none'
}
