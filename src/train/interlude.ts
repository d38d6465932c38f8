import type { LogRow } from '../contracts/figures'

/**
 * When the loop asks: before the first step, after a step, when it begins to wait, when it was stopped early, at the
 * end.
 */
export type Moment = 'start' | 'step' | 'pause' | 'stop' | 'end'

/**
 * Something done between two steps, with nothing queued on the GPU: a checkpoint, an answer. It leaves the trainer and
 * the adapter as they are, so that a run gives the same bits with and without it.
 */
export interface Interlude {
  /** `step` steps are done. */
  due(step: number, moment: Moment): boolean
  run(step: number, log: readonly LogRow[]): Promise<void>
  /** What of the time that is left it takes; absent where that is too little to be told. */
  ahead?: {
    /** How often it is due from step `step` of `steps` on, that one included. */
    times(step: number, steps: number): number
    /** Seconds that it takes, before any has been measured, where a trained row takes `rowSeconds`. */
    guess(rowSeconds: number): number
  }
}
