import { cliErrors } from './cli'
import { dataErrors } from './data'
import { engineErrors } from './engine'
import { formatsErrors } from './formats'
import { gpuErrors } from './gpu'
import { modelErrors } from './model'
import { storageErrors } from './storage'
import { studioErrors } from './studio'
import { trainErrors } from './train'

/** Every error the project can raise, by its stable code. One file per area, both languages side by side. */
export const errorCatalog = {
  ...dataErrors,
  ...modelErrors,
  ...gpuErrors,
  ...trainErrors,
  ...engineErrors,
  ...formatsErrors,
  ...storageErrors,
  ...cliErrors,
  ...studioErrors,
}

export type ErrorCode = keyof typeof errorCatalog
export type ErrorParams<C extends ErrorCode> =
  Parameters<(typeof errorCatalog)[C]['en']> extends [infer P] ? P : Record<string, never>
export type ErrorLanguage = 'en' | 'zh'

/** An error with a stable code and parameters, so that the page can show it in the person's language. */
export class TuneError extends Error {
  override readonly name = 'TuneError'
  readonly code: ErrorCode
  readonly params: Record<string, unknown>

  constructor(code: ErrorCode, params: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(errorText(code, params, 'en'), options)
    this.code = code
    this.params = params
  }

  /** Plain data for crossing a worker boundary. */
  toJSON(): SerializedError {
    return { code: this.code, params: this.params, message: this.message }
  }
}

export interface SerializedError {
  code: ErrorCode | 'unexpected'
  params: Record<string, unknown>
  message: string
}

/** The text of an error in a language. An unknown code gives the code itself rather than throwing again. */
export function errorText(code: ErrorCode, params: Record<string, unknown>, language: ErrorLanguage): string {
  const text = (errorCatalog as Record<string, { en: (p: any) => string; zh: (p: any) => string }>)[code]
  return text ? text[language](params) : String(code)
}

/** Make a TuneError typed by its code: `throw fail('data-empty', { file })`. */
export function fail<C extends ErrorCode>(code: C, params: ErrorParams<C>, cause?: unknown): TuneError {
  return new TuneError(code, params as Record<string, unknown>, cause === undefined ? undefined : { cause })
}
