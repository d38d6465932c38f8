import { TuneError } from '../errors'
import type { SerializedError } from '../errors'

/** Plain data of any thrown value, for a store. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof TuneError) return error.toJSON()
  return { code: 'unexpected', params: {}, message: error instanceof Error ? error.message : String(error) }
}

/** Cancelling is what the person asked for, not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
