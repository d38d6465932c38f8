import type { TokenizedRow } from '../contracts/data'
import type { LanguageModel } from '../model/language-model'
import type { RunFile } from '../run-file/run-file'
import { borrowAdapter } from './borrow-adapter'
import { RunControl } from './run-control'
import { trainModel } from './train-model'

/** The first compiles and warms up, so that two more are timed. */
const STEPS = 3

/**
 * Tokens a second of a run's first steps on this device; its adapter is thrown away, and one that was attached comes
 * back. Aborted, it throws as the signal says.
 */
export async function measureRate(
  model: LanguageModel,
  rows: readonly TokenizedRow[],
  run: RunFile,
  padId: number,
  signal?: AbortSignal,
): Promise<number> {
  const control = new RunControl()
  const stop = () => control.stop()
  signal?.addEventListener('abort', stop)
  let rate = 0
  const onStep = ({ step, tokensPerSecond }: { step: number; tokensPerSecond: number }) => {
    rate = tokensPerSecond
    if (step >= STEPS) stop()
  }
  try {
    signal?.throwIfAborted()
    const hooks = { onPhase: () => {}, onStep }
    const fresh = { keepAdapter: false, padId }
    await borrowAdapter(model, () => trainModel(model, rows, structuredClone(run), control, hooks, fresh))
    signal?.throwIfAborted()
    return rate
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
