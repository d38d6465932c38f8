import type { TokenizedRow } from '../../contracts/data'
import { READ_SHARE, type EvalRow } from '../../contracts/evaluation'
import type { TrainEvent } from '../../contracts/events'
import type { LogRow } from '../../contracts/figures'
import type { LoraPair } from '../../contracts/lora'
import { fail } from '../../errors/index'
import { serializeError } from '../../errors/serialize'
import type { LanguageModel } from '../../model/language-model'
import { stepsAt } from '../../run-file/history'
import type { RunFile } from '../../run-file/run-file'
import { BestSoFar, evaluationDue, evaluationsLeft } from '../../train/evaluation-rules'
import type { Interlude } from '../../train/interlude'
import type { RunControl } from '../../train/run-control'
import { batchOrder } from '../../train/train-model'
import { evaluationMeans, judgeRows } from './judge-rows'

export interface EvaluatingParts {
  model: LanguageModel
  run: RunFile
  train: readonly TokenizedRow[]
  held: readonly TokenizedRow[]
  padId: number
  control: RunControl
  /** Of a run that goes on: what was judged before, and the best adapter by then where it is not the current one. */
  past: { rows: readonly EvalRow[]; bestPairs: LoraPair[] | null }
  /** Small suites, asked after the held-out rows. */
  sets?: () => Promise<Record<string, number>>
  on: (event: TrainEvent) => void
}

/** What the evaluations of a run have left by now. */
export interface Evaluations {
  readonly rows: readonly EvalRow[]
  readonly judge: BestSoFar
  /** The best adapter, where the run wants it at its end. */
  readonly bestPairs: LoraPair[] | null
  /** The step after which too many evaluations had brought no gain. */
  readonly stoppedAt: number | null
  interlude: Interlude
}

/** The interlude that judges the held-out rows, keeps the best adapter and ends the run where nothing is gained. */
export function evaluating(parts: EvaluatingParts): Evaluations {
  const { model, run, train, held, control, on } = parts
  const plan = batchOrder(train, run)
  const due = evaluationDue(run, plan)
  const rows = [...parts.past.rows]
  const judge = new BestSoFar(run, rows)
  let bestPairs = parts.past.bestPairs
  let stoppedAt: number | null = null
  let isOff = false
  let sets = parts.sets

  const judged = async (step: number, log: readonly LogRow[]): Promise<EvalRow> => {
    const began = performance.now()
    const all = await judgeRows(model, held, { useAdapter: true, padId: parts.padId })
    const { batches, ...means } = evaluationMeans(held, all, run)
    const seconds = (performance.now() - began) / 1000
    const last = log.at(-1)
    return {
      step,
      epoch: last?.epoch ?? 0,
      ...means,
      eval_num_tokens: last?.num_tokens ?? 0,
      eval_runtime: seconds,
      eval_samples_per_second: held.length / seconds,
      eval_steps_per_second: batches / seconds,
    }
  }

  /** Where they cannot be asked, the evaluation stands, and they are not asked again. */
  const asked = async (): Promise<Pick<EvalRow, 'scores'>> => {
    try {
      return sets ? { scores: await sets() } : {}
    } catch (error) {
      sets = undefined
      const text = serializeError(fail('eval-sets-failed', { reason: serializeError(error) }, error))
      on({ kind: 'message', level: 'warning', text })
      return {}
    }
  }

  const steps = (step: number) => stepsAt(run, plan.steps, step)
  const evaluate = async (step: number, log: readonly LogRow[]) => {
    on({ kind: 'phase', phase: 'evaluating', step, steps: steps(step) })
    try {
      const row = { ...(await judged(step, log)), ...(await asked()) }
      rows.push(row)
      const { isBest, stop } = judge.take(row)
      if (isBest && run.load_best_model_at_end) bestPairs = await model.readLora()
      on({ kind: 'evaluation', row, isBest })
      if (stop && step < steps(step)) {
        stoppedAt = step
        control.stop()
      }
    } catch (error) {
      isOff = true
      const text = serializeError(fail('eval-too-large', { reason: serializeError(error) }, error))
      on({ kind: 'message', level: 'warning', text })
    }
    on({ kind: 'phase', phase: 'training', step, steps: steps(step) })
  }

  return {
    rows,
    judge,
    get bestPairs() {
      return bestPairs
    },
    get stoppedAt() {
      return stoppedAt
    },
    interlude: {
      due: (step, moment) => !isOff && held.length > 0 && rows.at(-1)?.step !== step && due(step, moment),
      run: evaluate,
      ahead: {
        times: (step, all) => (isOff || held.length === 0 ? 0 : evaluationsLeft(run, plan, step, all)),
        guess: (rowSeconds) => held.length * rowSeconds * READ_SHARE,
      },
    },
  }
}
