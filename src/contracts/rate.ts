/** One step of a search for a learning rate. */
export interface RatePoint {
  learning_rate: number
  /** Of the step, before its update. */
  loss: number
  /** What is looked at: single steps are noisy. */
  smoothed: number
}

export interface RateRange {
  from: number
  to: number
  steps: number
}

/** Why a rate is suggested, or none. */
export type RateReason =
  /** The loss fell longest between these rates; it began to rise at `rises`, null: not within the search. */
  | { kind: 'valley'; from: number; to: number; rises: number | null }
  /** It never fell. */
  | { kind: 'flat' }
  /** Too few steps to say. */
  | { kind: 'short' }

export interface RateSearch {
  points: RatePoint[]
  suggestion: number | null
  reason: RateReason
  /** broke: the loss was many times its lowest, or no number any more. */
  ended: 'finished' | 'broke' | 'stopped'
}

/** From where no LoRA adapter moves to where every one breaks. */
export const RATE_RANGE: RateRange = { from: 1e-6, to: 1, steps: 60 }
