import { errors as english } from '../i18n/en/errors'
import type { ErrorParameters } from './parameters'
import type { ErrorTexts } from './texts'
import type { ErrorWithin } from './within'

export type ErrorCode = keyof ErrorParameters
export type ErrorParams<C extends ErrorCode> = ErrorParameters[C]
/** Words of one language for all of them, as src/i18n/LANGUAGE/errors/ holds them. */
export type ErrorWords = ErrorTexts<ErrorParameters>

/** An error with a stable code and parameters, so that the page can show it in the person's language. */
export class TuneError extends Error {
  override readonly name = 'TuneError'
  readonly code: ErrorCode
  readonly params: Record<string, unknown>

  /** Its own message is English: for terminals, logs and stacks. */
  constructor(code: ErrorCode, params: Record<string, unknown> = {}, options?: ErrorOptions) {
    const short = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, shortened(value)]))
    super(errorText(english, code, short), options)
    this.code = code
    this.params = short
  }

  /** Plain data for crossing a worker boundary. */
  toJSON(): SerializedError {
    return { code: this.code, params: this.params, message: this.message }
  }
}

/** A name or value of somebody's file may be as long as the file; a message may not. */
const LONGEST = 500

function shortened(value: unknown): unknown {
  if (typeof value === 'string' && value.length > LONGEST) return `${value.slice(0, LONGEST)}…`
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.map(shortened) : value
}

export interface SerializedError {
  code: ErrorCode | 'unexpected'
  params: Record<string, unknown>
  message: string
}

/**
 * The text of an error in a language. Errors among its parameters are told in the same language; what is not ours is
 * quoted. An unknown code gives the code itself rather than throwing again.
 */
export function errorText(words: ErrorWords, code: ErrorCode, params: Record<string, unknown>): string {
  const text = (words as Record<string, (params: any) => string>)[code]
  if (!text) return String(code)
  const told = Object.entries(params).map(([name, value]) => [name, isError(value) ? within(words, value) : value])
  return text(Object.fromEntries(told))
}

const isError = (value: unknown): value is ErrorWithin =>
  typeof value === 'object' && value !== null && 'code' in value && 'params' in value && 'message' in value

/** Without the stop at its end: it stands in a sentence. */
const within = (words: ErrorWords, { code, params, message }: ErrorWithin): string =>
  isErrorCode(code) ? errorText(words, code, params).replace(/[.。]$/, '') : `“${message}”`

/** Whether a code that came as plain data is one of ours. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(english, code)

/** Make a TuneError typed by its code: `throw fail('data-empty', { file })`. */
export function fail<C extends ErrorCode>(code: C, params: ErrorParams<C>, cause?: unknown): TuneError {
  return new TuneError(code, params as Record<string, unknown>, cause === undefined ? undefined : { cause })
}
