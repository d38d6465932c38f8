import type { Passages } from '../passages'
import type { SuiteItem } from '../suites/suite'

/** What one answer is worth: for each figure the sums that it adds to it, and what a person reads beside the answer. */
export interface Judgement {
  parts: Record<string, readonly number[]>
  /** Plain data: which rules were kept, which call was expected, what was taken for a refusal. */
  detail?: Record<string, unknown>
}

/** At once, or where something must be looked up, later. */
export type JudgeAnswer = (answer: string) => Judgement | Promise<Judgement>

/** A figure over the items of a suite; docs/scores.md says what each equals. */
export interface Figure {
  unit: 'share' | 'points' | 'nats' | 'ratio'
  better: 'higher' | 'lower' | 'neither'
  /** Sums over the items -> the figure. */
  of(sums: readonly number[]): number
}

/** One way to judge answers: its figures, and for an item the judge of its answer. */
export interface ScoreKind {
  figures: Record<string, Figure>
  /** @throws TuneError where the item lacks what its score needs, or has it wrong. */
  prepare(item: SuiteItem, place: ItemPlace): Promise<JudgeAnswer>
}

/** What an error about an item names. */
interface ItemPlace {
  suite: string
  /** Place in the suite, from 1. */
  row: number
  /** The person's documents, where there are any; searched when they are first wanted. */
  passages?: () => Promise<Passages>
}

const mean = (sums: readonly number[]) => sums[0] / sums[1]

export const share = (better: Figure['better'] = 'higher'): Figure => ({ unit: 'share', better, of: mean })
export const points = (of: Figure['of']): Figure => ({ unit: 'points', better: 'higher', of })
export const ratio = (better: Figure['better']): Figure => ({ unit: 'ratio', better, of: mean })
export const nats = (): Figure => ({ unit: 'nats', better: 'lower', of: mean })

/** A part of a figure that counts the items for which something holds. */
export const holds = (value: boolean): readonly number[] => [value ? 1 : 0, 1]
