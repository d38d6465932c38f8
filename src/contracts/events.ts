import type { SerializedError } from '../errors/index'
import type { EvalRow, RowLoss } from './evaluation'
import type { LogRow, Pace } from './figures'
import type { AdapterCard } from './lora'

/** Where a run stands. */
export type TrainPhase =
  'preparing' | 'compiling' | 'training' | 'paused' | 'saving' | 'answering' | 'evaluating' | 'done' | 'stopped'

/** What a run tells while it goes on. */
export type TrainEvent =
  | { kind: 'phase'; phase: TrainPhase; step: number; steps: number }
  /** Kernels compiled so far, in the phase 'compiling'. */
  | { kind: 'compile'; done: number; total: number }
  | ({ kind: 'step'; log: LogRow; steps: number } & Pace)
  /** Losses of the rows that step `step` was taught, as they were before it; told before the step itself. */
  | { kind: 'rows'; step: number; rows: RowLoss[] }
  /** The adapter that is being trained: what answers while the run is paused. */
  | { kind: 'adapter'; card: AdapterCard }
  /** The run goes on after these steps, and what was judged on the way. */
  | { kind: 'resumed'; log: LogRow[]; evaluations: EvalRow[] }
  /** A checkpoint is written; `bytes` of all that the run keeps now. */
  | { kind: 'checkpoint'; step: number; bytes: number }
  /** The held-out rows were judged; `isBest` where no evaluation before was as good. */
  | { kind: 'evaluation'; row: EvalRow; isBest: boolean }
  | ({ kind: 'answer'; step: number } & RowAnswer)
  /** The run was changed from the step behind `after` on; `steps` it has in all now. */
  | { kind: 'steered'; steering: { after: number; learning_rate?: number; steps?: number }; steps: number }
  | { kind: 'message'; level: 'info' | 'warning'; text: SerializedError | string }

/** What the model, as it was after a step, said to the beginning of a row. */
export interface RowAnswer {
  /** Row number in the file. */
  row: number
  question: string
  /** What the row answers. */
  expected: string
  text: string
  /** It had not ended. */
  cut: boolean
}
