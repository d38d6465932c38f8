import type { SerializedError } from '../errors'

/** After these the engine is there again, but empty. */
const LOSSES: readonly string[] = ['gpu-lost', 'engine-worker-died', 'engine-worker-blocked']

/** Whether the GPU or the worker went away. */
export const isLoss = (error: SerializedError | null): error is SerializedError =>
  error !== null && LOSSES.includes(error.code)
