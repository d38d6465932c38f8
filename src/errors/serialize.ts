import type { SerializedError } from './index'
import { isErrorCode, TuneError } from './index'

/** An error as plain data. Other errors than TuneErrors keep their name and stack, for the console. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof TuneError) return error.toJSON()
  if (error instanceof Error || error instanceof DOMException) {
    return { code: 'unexpected', params: { name: error.name, stack: error.stack ?? '' }, message: error.message }
  }
  return { code: 'unexpected', params: { name: 'Error', stack: '' }, message: String(error) }
}

/** The way back: TuneErrors keep code and parameters, an abort stays an AbortError. */
export function reviveError(error: SerializedError): Error {
  if (isErrorCode(error.code)) return new TuneError(error.code, error.params)
  if (error.params.name === 'AbortError') return new DOMException(error.message, 'AbortError')
  const revived = new Error(error.message)
  revived.name = String(error.params.name)
  revived.stack = String(error.params.stack)
  return revived
}
